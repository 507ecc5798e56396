package main

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"timeslots/test/rig/figure"
)

// listening is one client of /v1/timeslots/events; its lines come through said, which is closed with the stream.
func listening(t *testing.T, public, query string) (said <-chan string) {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, public+"/v1/timeslots/events?"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%v %v", err, resp)
	}
	lines, ended := make(chan string, 1000), make(chan struct{})
	go func() {
		defer close(ended)
		defer close(lines)
		for s := bufio.NewScanner(resp.Body); s.Scan(); {
			lines <- s.Text()
		}
	}()
	t.Cleanup(func() {
		leave()
		_ = resp.Body.Close()
		<-ended
	})
	return lines
}

// until waits for a line that holds text, or for the end of the stream where there is no text.
func until(t *testing.T, said <-chan string, text string) {
	t.Helper()
	for patience := time.After(hanging); ; {
		select {
		case line, open := <-said:
			switch {
			case !open && text != "":
				t.Fatalf("the stream ended without %q", text)
			case !open || text != "" && strings.Contains(line, text):
				return
			}
		case <-patience:
			t.Fatalf("waited in vain for %q", text)
		}
	}
}

const riverton = "departmentUrlName=AcmeRiverton&visitTypeName=Illness&limit=500"

func TestASlotBookedOnOneReplicaFadesForThoseWhoLookAtItOnAnother(t *testing.T) {
	figure.Beside(t)
	f := startFleet(t, 2, "", "booking: {tombstone: 48h}\n")
	offers := get(t, f.replicas[0].public+"/v1/timeslots?"+riverton).answer(t)
	slot := offers.Timeslots[len(offers.Timeslots)/2]
	said := listening(t, f.replicas[1].public, riverton)
	until(t, said, "event: offered")
	until(t, said, slot.ID)
	slot.booked(t, f.replicas[0].public)
	began := time.Now()
	until(t, said, `{"removed":["`+slot.ID+`"],"restored":[]}`)
	t.Logf("told %v after the answer to the booking", time.Since(began).Round(time.Millisecond)) // a second at most: ./faults judges that
}

func TestStreamsHoldUpNeitherAReloadNorTheEnd(t *testing.T) {
	service, _, file := startServed(t, "shutdown: {delay: 100ms, grace: 5m}\n")
	before := listening(t, service.public, riverton)
	until(t, before, "event: offered")
	reload(t, file, "maxAge: 5s", "maxAge: 6s")
	until(t, before, "")
	after := listening(t, service.public, riverton)
	until(t, after, "event: offered")
	if code := service.end(t); code != exitDone { // which has less patience than the grace: it does not wait for the stream
		t.Errorf("exit code %d: %s", code, service.err)
	}
	until(t, after, "")
	if strings.Contains(service.err.String(), "cut off") {
		t.Error("the stream was cut off")
	}
}
