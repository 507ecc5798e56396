package door

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"timeslots/test/rig"
)

// talk sends a request on an open connection and gives the status, 0 when the connection is gone.
func talk(c net.Conn, path string) (status int, closes bool) {
	if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		return 0, true
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0, true
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, answer.Close
}

func silent(http.ResponseWriter, *http.Request) {}

func (h *house) waiting() (n int) {
	for _, c := range h.listener.all() {
		if c.waitsSince.Load() > 0 {
			n++
		}
	}
	return n
}

func TestANewcomerTakesThePlaceOfWhoHasWaitedLongest(t *testing.T) {
	h := newHouse(t, 4, silent, Rules{})
	var old []net.Conn
	for i := range 4 { // each of them has had an answer, and now says nothing
		c := h.dial(t)
		if status, _ := talk(c, "/"); status != http.StatusOK {
			t.Fatalf("status %d", status)
		}
		old = append(old, c)
		rig.Until(t, "one more waiting connection", func() bool { return h.waiting() == i+1 })
	}
	if status, _ := talk(h.dial(t), "/"); status != http.StatusOK {
		t.Errorf("the newcomer got %d", status)
	}
	if status, _ := talk(old[0], "/"); status != 0 {
		t.Error("who had waited longest is still there")
	}
	if status, _ := talk(old[3], "/"); status != http.StatusOK {
		t.Error("who had waited least had to go")
	}
	if n := h.listener.Open(); n > 4 {
		t.Errorf("%d connections are open", n)
	}
}

func TestAClientThatIsBeingAnsweredKeepsItsConnectionWhenOthersCome(t *testing.T) {
	hall := newHall()
	h := newHouse(t, 2, hall.ServeHTTP, Rules{})
	defer hall.empty()
	answered := make(chan int, 2)
	for range 2 {
		c := h.dial(t)
		hall.inside.Go(func() {
			status, _ := talk(c, "/")
			answered <- status
		})
		<-hall.enter
	}
	c := h.dial(t)
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("there was room for a third")
	}
	hall.empty()
	for range 2 {
		if status := <-answered; status != http.StatusNoContent {
			t.Errorf("somebody under way got %d", status)
		}
	}
}

func TestSlowHeadersDoNotKeepHonestClientsOut(t *testing.T) {
	h := newHouse(t, 20, silent, Rules{})
	for range 60 {
		c := h.dial(t)
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\nX: ")
		if status, _ := talk(h.dial(t), "/"); status != http.StatusOK {
			t.Fatalf("an honest client got %d", status)
		}
	}
}

func TestStoppingTakesThoseThatWereConnectedAlreadyAndNoMore(t *testing.T) {
	h := closedHouse(t, 1000, silent, Rules{})
	statuses := make(chan int)
	const early = 50
	for range early {
		c := h.dial(t) // the kernel made it; nobody has accepted it
		go func() {
			status, _ := talk(c, "/")
			statuses <- status
		}()
	}
	h.serve(t)
	h.listener.Stop()
	for range early {
		if status := <-statuses; status != http.StatusOK {
			t.Errorf("somebody who was connected got %d", status)
		}
	}
	if _, err := net.Dial("tcp", h.addr); err == nil {
		t.Error("it still takes connections")
	}
}

func TestSettlingWaitsForThoseWhoMayStillAsk(t *testing.T) {
	h := newHouse(t, 100, silent, Rules{})
	busy, idle := h.dial(t), h.dial(t)
	talk(busy, "/")
	talk(idle, "/")
	rig.Until(t, "two waiting connections", func() bool { return h.waiting() == 2 })
	h.Leave()
	h.listener.Stop()
	settled := make(chan struct{})
	go func() {
		defer close(settled)
		h.listener.Settle(context.Background(), 300*time.Millisecond)
	}()
	status, closes := talk(busy, "/")
	if status != http.StatusOK || !closes {
		t.Errorf("a request on an open connection: %d, closes %v", status, closes)
	}
	select {
	case <-settled:
	case <-time.After(time.Minute):
		t.Fatal("it waits for a connection that says nothing")
	}
}

func TestBookingsAreNotCutWithTheRest(t *testing.T) {
	hall := newHall()
	h := newHouse(t, 100, hall.ServeHTTP, Rules{})
	defer hall.empty()
	read, booking := h.dial(t), h.dial(t)
	results := make(chan int, 2)
	hall.inside.Go(func() { status, _ := talk(read, "/"); results <- status })
	<-hall.enter
	hall.inside.Go(func() { status, _ := talk(booking, retail); results <- status })
	<-hall.enter
	cut := make(chan int, 1)
	go func() { cut <- h.listener.Cut(context.Background()) }()
	if status := <-results; status != 0 {
		t.Errorf("the read got %d, want it cut", status)
	}
	select {
	case <-cut:
		t.Error("it did not wait for the booking")
	default:
	}
	hall.once.Do(func() { close(hall.open) })
	if status := <-results; status != http.StatusNoContent {
		t.Errorf("the booking got %d", status)
	}
	if n := <-cut; n != 1 {
		t.Errorf("%d requests were cut, want the read", n)
	}
}
