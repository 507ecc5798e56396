package accel

import (
	"testing"
	"time"
)

func TestAHeadThatNeverEndsIsCutOff(t *testing.T) {
	h := open(t)
	c := h.dial(t)
	begun := time.Now()
	c.send(req("GET", "/hit", "q") + "GET /hit?q HT")
	c.expect("q")
	c.closed()
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("after %v", took)
	}
}

func TestAConnectionThatSaysNothingMoreIsClosedAfterTheIdleTime(t *testing.T) {
	h := open(t)
	c := h.dial(t)
	for busy := time.Now(); time.Since(busy) < time.Second; { // longer than the server's first time-outs
		c.send(req("GET", "/hit", "q"))
		c.expect("q")
	}
	begun := time.Now()
	c.closed()
	if took := time.Since(begun); took > 3*time.Second {
		t.Errorf("after %v", took)
	}
}
