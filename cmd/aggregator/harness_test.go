package main

import (
	"bytes"
	"context"
	"encoding/json"
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
	ctx, cancel := context.WithTimeout(t.Context(), hanging)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{status: resp.StatusCode, header: resp.Header, body: read}
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
	AsOf      time.Time
	Complete  bool
	Total     int
	Timeslots []struct {
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

func (r reply) answer(t testing.TB) answer {
	t.Helper()
	if r.status != http.StatusOK {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	var a answer
	if err := json.Unmarshal(r.body, &a); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
	return a
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
	text := strings.Replace(served("127.0.0.1:1"), `admin: {listen: 127.0.0.1:0, token: "admin-secret"}`, admin, 1)
	cfg, err := config.LoadBytes("test", []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	log, level := newLogger(io.Discard, cfg.Log)
	s, err := newService(cfg, log, level, extras{})
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
