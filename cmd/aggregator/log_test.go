package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

// startMute runs the service in a process whose standard error says nothing, so that it must be told where to listen.
func startMute(t *testing.T, stderr *os.File) *process {
	t.Helper()
	public, admin := rig.FreeAddress(t), rig.FreeAddress(t)
	text := served(startTenant(t))
	text = strings.Replace(text, "listen: 127.0.0.1:0", "listen: "+public, 1)
	text = strings.Replace(text, "listen: 127.0.0.1:0", "listen: "+admin, 1)
	p := newProcess(t, "", "serve", "--config", written(t, text))
	p.public, p.admin, p.cmd.Stderr = "http://"+public, "http://"+admin, stderr
	p.begin(t)
	eventually(t, "being ready", func() bool {
		resp, err := http.Get(p.admin + "/readyz")
		if err == nil {
			resp.Body.Close()
		}
		return err == nil && resp.StatusCode == http.StatusOK
	})
	return p
}

// flood asks for what there is not, 4,000 times: each is a line of its own in the log, with the longest id that a client
// may give, and together they are 1.3 MB: more than is kept.
func flood(t *testing.T, public string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	defer client.CloseIdleConnections()
	var crowd sync.WaitGroup
	for range 8 {
		crowd.Go(func() {
			for range 500 {
				r, err := send(t, client, http.MethodGet, public+"/nowhere", "", "correlation-id", strings.Repeat("x", 128))
				if err != nil || r.status != http.StatusNotFound {
					t.Errorf("status %d (%v)", r.status, err)
					return
				}
			}
		})
	}
	crowd.Wait()
}

func TestNothingStopsWhenTheLogCannotBeWritten(t *testing.T) {
	figure.Long(t)
	figure.Beside(t)
	tests := map[string]func(t *testing.T) (stderr *os.File, after func()){
		"a pipe that nobody reads": func(t *testing.T) (*os.File, func()) {
			_, writer := unread(t)
			return writer, func() {}
		},
		"a pipe whose reader is gone": func(t *testing.T) (*os.File, func()) {
			reader, writer := unread(t)
			return writer, func() { reader.Close() }
		},
		"a full disk": func(t *testing.T) (*os.File, func()) {
			full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
			if err != nil {
				t.Skip("there is no /dev/full here")
			}
			t.Cleanup(func() { full.Close() })
			return full, func() {}
		},
	}
	for name, prepare := range tests {
		t.Run(name, func(t *testing.T) {
			figure.Beside(t)
			stderr, after := prepare(t)
			p := startMute(t, stderr)
			after()
			flood(t, p.public)
			if r := book(t, p.public, "{}", "p"); r.status != http.StatusBadRequest {
				t.Errorf("a booking: %d", r.status)
			}
			if code := p.terminate(t, syscall.SIGTERM); code != exitDone {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

func TestOnceTheLogIsReadAgainItSaysHowMuchIsMissing(t *testing.T) {
	figure.Long(t)
	figure.Beside(t)
	reader, writer := unread(t)
	p := startMute(t, writer)
	flood(t, p.public)
	writer.Close() // ours; the process has its own
	lines := bufio.NewScanner(reader)
	lines.Buffer(nil, 1<<20) // the pipe was filled without a line break
	said := make(chan string, 1)
	go func() {
		defer close(said)
		for lines.Scan() {
			if strings.Contains(lines.Text(), "log lines were lost") {
				said <- lines.Text()
				_, _ = io.Copy(io.Discard, reader)
				return
			}
		}
	}()
	select {
	case line := <-said:
		if !regexp.MustCompile(`"level":"ERROR".*"lines":[1-9][0-9]*}$`).MatchString(line) {
			t.Errorf("it says %q", line)
		}
	case <-time.After(hanging):
		t.Error("nobody says that lines are missing")
	}
	if code := p.terminate(t, syscall.SIGTERM); code != exitDone {
		t.Errorf("exit code %d", code)
	}
}

func TestWhatWasLoggedLastIsWrittenBeforeTheEnd(t *testing.T) {
	figure.Long(t)
	figure.Beside(t)
	p := startProcess(t, "", "serve", "--config", written(t, served(startTenant(t))))
	for i := range 50 {
		get(t, p.public+"/nowhere", "correlation-id", fmt.Sprint("nr-", i))
	}
	if code := p.terminate(t, syscall.SIGTERM); code != exitDone {
		t.Errorf("exit code %d", code)
	}
	if n := strings.Count(p.err.String(), `"correlationId":"nr-`); n != 50 {
		t.Errorf("%d of 50 lines are there:\n%s", n, p.err)
	}
}

// A dump shows every stack with its words in hexadecimal. None of them may spell what a patient sent.
func TestADumpOfAllGoroutinesHoldsNothingThatWasSent(t *testing.T) {
	figure.Long(t)
	figure.Beside(t)
	const token, body, header = "Canary-Token-51c2", "Canary-Body-9d0e", "Canary-Header-77ab"
	addr := startTenant(t, "--fault", "*:hang")
	p := startProcess(t, "export GOTRACEBACK=all", "serve", "--config", written(t, served(addr)))
	ask := func(method, path, body string) { // no answer comes before the process ends
		go send(t, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, method, p.public+path, body,
			"Authorization", "Bearer "+token, "X-Header", header, "Content-Type", "application/json")
	}
	ask("POST", retail, `{"patient":{"firstName":"`+body+`"}}`)
	ask("GET", "/dexcare/v5/providers/9000000017/timeslots", "")
	ask("GET", "/dexcare/api/9/visits/44444444-aaaa-4bbb-8ccc-000000000901/summary", "")
	ask("GET", "/v1/timeslots?npi=9000000017", "")
	counted(t, p.admin, "aggregator_http_requests_in_flight 4")
	if code := p.terminate(t, syscall.SIGQUIT); code != 2 {
		t.Errorf("exit code %d", code)
	}
	dump := p.err.String()
	if !strings.Contains(dump, "SIGQUIT") || !strings.Contains(dump, "booking.(*Gateway)") || !strings.Contains(dump, "ServeHTTP") {
		t.Fatalf("this is no dump of the bookings:\n%.3000s", dump)
	}
	for _, secret := range []string{token, body, header, "acme-booking", "acme-slots", "admin-secret", "44444444-aaaa"} {
		if strings.Contains(dump, secret) {
			t.Errorf("the dump quotes %q", secret)
		}
		for i := 0; i+8 <= len(secret); i++ { // a word of the stack that holds eight of its bytes
			if word := fmt.Sprintf("%#x", binary.LittleEndian.Uint64([]byte(secret[i:i+8]))); strings.Contains(dump, word) {
				t.Errorf("the dump has %s, which spells %q", word, secret[i:i+8])
			}
		}
	}
}
