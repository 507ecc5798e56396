package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/test/rig"
)

// console collects what a command prints, and lets a test wait for a line.
type console struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func newConsole() *console { return &console{changed: make(chan struct{}, 1)} }

func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case c.changed <- struct{}{}:
	default:
	}
	return c.text.Write(p)
}

func (c *console) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.String()
}

// waitFor returns the groups of the first match.
func (c *console) waitFor(t testing.TB, pattern string) []string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	deadline := time.After(hanging)
	for {
		if m := re.FindStringSubmatch(c.String()); m != nil {
			return m
		}
		select {
		case <-c.changed:
		case <-deadline:
			t.Fatalf("no %q in:\n%s", pattern, c)
		}
	}
}

// running is a command under way.
type running struct {
	out, err      *console
	stop          context.CancelFunc
	code          chan int
	public, admin string // base URLs
}

// start runs a command until the test ends, with patience and what environ adds to it.
func start(t testing.TB, environ []string, args ...string) *running {
	t.Helper()
	environ = append(patienceFor(t, args, environ), environ...)
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{out: newConsole(), err: newConsole(), stop: cancel, code: make(chan int, 1)}
	go func() {
		r.code <- run(program{stdout: r.out, stderr: r.err, environ: environ, stopping: ctx}, args)
	}()
	t.Cleanup(func() { r.end(t) })
	return r
}

// end asks the command to stop and gives its exit code. A second call gives the same.
func (r *running) end(t testing.TB) int {
	t.Helper()
	r.stop()
	select {
	case code := <-r.code:
		r.code <- code
		return code
	case <-time.After(hanging):
		t.Fatalf("the command does not stop; it said:\n%s", r.err)
		return -1
	}
}

// startDemo runs the demo on free ports.
func startDemo(t testing.TB, args ...string) *running {
	t.Helper()
	r := start(t, nil, append([]string{"demo", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"}, args...)...)
	r.listening(t)
	return r
}

func (r *running) listening(t testing.TB) {
	t.Helper()
	at := r.err.waitFor(t, `listening public=(\S+) admin=(\S+)`)
	r.public, r.admin = "http://"+at[1], "http://"+at[2]
}

// startTenant runs the simulator on a free port.
func startTenant(t testing.TB, flags ...string) (addr string) {
	t.Helper()
	tenant := start(t, nil, append([]string{"acme", "--listen", "127.0.0.1:0"}, flags...)...)
	return tenant.err.waitFor(t, `listening public=(\S+)`)[1]
}

// startService runs the service with a configuration.
func startService(t testing.TB, text string) *running {
	t.Helper()
	r := start(t, nil, "serve", "--config", written(t, text))
	r.listening(t)
	return r
}

// simulator is the address that the demo prints.
func (r *running) simulator(t testing.TB) string {
	t.Helper()
	return r.out.waitFor(t, `tenant answers on (http://[^,]+),`)[1]
}

// reply is an HTTP answer, read whole.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func call(t testing.TB, method, target, body string, headers ...string) reply {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	r, err := send(t, &client, method, target, body, headers...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// send is a call whose connection may fail, by a client that may keep its connections.
func send(t testing.TB, client *http.Client, method, target, body string, headers ...string) (reply, error) {
	ctx, cancel := context.WithTimeout(t.Context(), hanging)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	setHeaders(req, headers)
	resp, err := client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	return reply{status: resp.StatusCode, header: resp.Header, body: read}, err
}

// setHeaders takes pairs; Host is the host that is asked.
func setHeaders(req *http.Request, pairs []string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		req.Header.Set(pairs[i], pairs[i+1])
	}
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host
	}
}

func get(t testing.TB, target string, headers ...string) reply {
	t.Helper()
	return call(t, http.MethodGet, target, "", headers...)
}

// keptFor is how many seconds a cache may keep the answer from now: max-age counts from the answer's age on, which nobody
// knows beforehand.
func (r reply) keptFor(t testing.TB) int {
	t.Helper()
	m := regexp.MustCompile(`^public, max-age=(\d+),`).FindStringSubmatch(r.header.Get("Cache-Control"))
	if m == nil {
		t.Fatalf("no public max-age: %v", r.header)
	}
	until, _ := strconv.Atoi(m[1])
	age, _ := strconv.Atoi(r.header.Get("Age"))
	return until - age
}

// answer is the document of docs/interface.md §3.1, as a client reads it.
type answer struct {
	AsOf        time.Time
	Complete    bool
	Total       int
	Timeslots   []slot
	Providers   map[string]struct{ Name string }
	Departments map[string]struct {
		Name, URLName, Timezone string
		Distance                *float64
	}
	Sources []struct {
		Source, Key, Status, Reason string
		Slots                       int
	}
	NextCursor    *string
	NextAvailable *struct {
		ID           string
		SlotDateTime time.Time
	}
}

type slot struct {
	ID                   string
	SlotDateTime         time.Time
	Duration             int
	EHRInstance          string `json:"ehrInstance"`
	DepartmentID         string `json:"departmentId"`
	DepartmentIdentifier string `json:"departmentIdentifier"`
	DepartmentURLName    string `json:"departmentUrlName"`
	NPI                  string `json:"npi"`
	VisitTypeID          string `json:"visitTypeId"`
	VisitTypeName        string `json:"visitTypeName"`
	Distance             *float64
	Sources              []string
	Booking              struct{ Flow, SlotID, ProviderID, URL string }
}

func (r reply) answer(t testing.TB) answer {
	t.Helper()
	return document[answer](t, r)
}

// document reads an answer whose status is 200.
func document[T any](t testing.TB, r reply) (document T) {
	t.Helper()
	if r.status != http.StatusOK {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	if err := json.Unmarshal(r.body, &document); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
	return document
}

// calls counts what the simulator was asked, by operation.
func calls(t *testing.T, simulator string) map[string]int {
	t.Helper()
	out := map[string]int{}
	for name, c := range document[map[string]struct{ Calls int }](t, get(t, simulator+"/_acme/calls")) {
		out[name] = c.Calls
	}
	return out
}

// fail makes the simulator fail from now on.
func fail(t *testing.T, simulator string, faults ...string) {
	t.Helper()
	rules, err := json.Marshal(faults)
	if err != nil {
		t.Fatal(err)
	}
	if r := call(t, http.MethodPut, simulator+"/_acme/faults", string(rules)); r.status/100 != 2 {
		t.Fatalf("%d %s", r.status, r.body)
	}
}

// retail is where a clinic's slot is booked.
const retail = "/dexcare/api/6/visits/retail"

// booking is the body of a request for the slot.
func (s slot) booking() string {
	return fmt.Sprintf(`{"patient":{"identifier":"44444444-aaaa-4bbb-8ccc-000000000900"},"visitDetails":{"ehrSystemName":%q,"departmentId":%q,"visitReason":"Sore throat","declaration":"self","slotId":%q,"providerId":%q},"registrationModules":{"documentSigning":[]}}`,
		s.EHRInstance, s.DepartmentID, s.Booking.SlotID, s.Booking.ProviderID)
}

// book sends a booking; an empty one is refused by upstream with 400.
func book(t *testing.T, public, body, patient string) reply {
	t.Helper()
	return call(t, http.MethodPost, public+retail, body, "Authorization", "Bearer "+patient, "Content-Type", "application/json")
}

// booked sells the slot to a patient.
func (s slot) booked(t *testing.T, public string) reply {
	t.Helper()
	r := book(t, public, s.booking(), "patient-1")
	if r.status/100 != 2 {
		t.Fatalf("booking: %d %s", r.status, r.body)
	}
	return r
}

// eventually polls until check is content.
func eventually(t testing.TB, what string, check func() bool) {
	t.Helper()
	rig.Until(t, what, check)
}

// counted waits until the metrics have all of these. A request is counted once its answer is out, so who has the
// answer may come too early.
func counted(t testing.TB, admin string, series ...string) (metrics string) {
	t.Helper()
	eventually(t, "metrics with "+strings.Join(series, " and "), func() bool {
		metrics = string(get(t, admin+"/metrics").body)
		for _, one := range series {
			if !strings.Contains(metrics, one) {
				return false
			}
		}
		return true
	})
	return metrics
}

// quietService is the service without listeners, in front of nobody; admin is its admin part of the configuration.
func quietService(t *testing.T, admin string) *service {
	t.Helper()
	return built(t, strings.Replace(served("127.0.0.1:1"), `admin: {listen: 127.0.0.1:0, token: "admin-secret"}`, admin, 1), io.Discard)
}

// built is the service without listeners until the test ends.
func built(t *testing.T, text string, log io.Writer, environ ...string) *service {
	t.Helper()
	cfg, err := config.LoadBytes("test", []byte(text), environ)
	if err != nil {
		t.Fatal(err)
	}
	logger, level := newLogger(log, cfg.Log)
	s, err := newService(cfg, logger, level, extras{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
