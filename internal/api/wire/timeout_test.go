package wire

import (
	"testing"
	"time"

	"timeslots/test/rig/figure"
)

func TestAHeadThatNeverEndsIsCutOff(t *testing.T) {
	h := open(t)
	c := h.dial(t)
	begun := time.Now()
	c.send(req("GET", "/hit", "q") + "GET /hit?q HT")
	c.expect("q")
	c.closed()
	figure.AtMost(t, "cut off", time.Since(begun), 2*time.Second)
}

func TestAHeadThatBeginsLateAndNeverEndsIsCutOff(t *testing.T) {
	h := open(t)
	c := h.dial(t)
	c.send(req("GET", "/hit", "q"))
	c.expect("q")
	c.send("GET /hit?q HT")
	begun := time.Now()
	c.closed()
	figure.AtMost(t, "cut off", time.Since(begun), 1200*time.Millisecond) // the idle time would end it after 1.6 s
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
	figure.AtMost(t, "closed", time.Since(begun), 3*time.Second)
}
