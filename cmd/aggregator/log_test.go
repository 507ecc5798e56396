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
	sim := start(t, nil, "acme", "--listen", "127.0.0.1:0")
	public, admin := rig.FreeAddress(t), rig.FreeAddress(t)
	text := served(sim.err.waitFor(t, `listening public=(\S+)`)[1])
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
				if err := nowhere(client, public); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	crowd.Wait()
}

func nowhere(client *http.Client, public string) error {
	req, err := http.NewRequest(http.MethodGet, public+"/nowhere", nil)
	if err != nil {
		return err
	}
	req.Header.Set("correlation-id", strings.Repeat("x", 128))
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusNotFound {
		return fmt.Errorf("status %d (%v)", resp.StatusCode, err)
	}
	return nil
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
			if r := call(t, "POST", p.public+"/dexcare/api/6/visits/retail", "{}", "Authorization", "Bearer p"); r.status != http.StatusBadRequest {
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
	sim := start(t, nil, "acme", "--listen", "127.0.0.1:0")
	p := startProcess(t, "", "serve", "--config", written(t, served(sim.err.waitFor(t, `listening public=(\S+)`)[1])))
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
	sim := start(t, nil, "acme", "--listen", "127.0.0.1:0", "--fault", "*:hang")
	addr := sim.err.waitFor(t, `listening public=(\S+)`)[1]
	p := startProcess(t, "export GOTRACEBACK=all", "serve", "--config", written(t, served(addr)))
	send := func(method, path, body string) {
		req, _ := http.NewRequest(method, p.public+path, strings.NewReader(body))
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("X-Header", header)
		req.Header.Set("Content-Type", "application/json")
		go func() {
			client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			if resp, err := client.Do(req); err == nil {
				resp.Body.Close()
			}
		}()
	}
	send("POST", "/dexcare/api/6/visits/retail", `{"patient":{"firstName":"`+body+`"}}`)
	send("GET", "/dexcare/v5/providers/9000000017/timeslots", "")
	send("GET", "/dexcare/api/9/visits/44444444-aaaa-4bbb-8ccc-000000000901/summary", "")
	send("GET", "/v1/timeslots?npi=9000000017", "")
	eventually(t, "all being under way", func() bool {
		return strings.Contains(string(get(t, p.admin+"/metrics").body), "aggregator_http_requests_in_flight 4")
	})
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
