package ops

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func newTestWatch(t *testing.T) *Watch {
	t.Helper()
	w := New(Options{
		Read: func() ([]Series, error) { return reading(0, 0, 0, 0, 0), nil }, Replica: "here", Logger: slog.New(slog.DiscardHandler),
		Configuration: func() Configuration { return Configuration{Hash: "abc"} },
	})
	t.Cleanup(w.Close)
	return w
}

func TestTheStateHasTheDocumentedParts(t *testing.T) {
	mux := http.NewServeMux()
	newTestWatch(t).routes(mux)
	r := httptest.NewRecorder()
	mux.ServeHTTP(r, httptest.NewRequest(http.MethodGet, "/ops/state", nil))
	var parts map[string]any
	if err := json.Unmarshal(r.Body.Bytes(), &parts); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"products", "sources", "breakers", "cache", "circles", "redis", "tombstones", "build", "configuration"} {
		if _, is := parts[part]; !is {
			t.Errorf("no %q in %s", part, r.Body)
		}
	}
}

func TestMetricsThatCannotBeReadAtFirstAreA503UntilTheyCan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var whole atomic.Bool
		w := New(Options{
			Read: func() ([]Series, error) {
				if !whole.Load() {
					return nil, errors.New("broken")
				}
				return reading(0, 0, 0, 0, 0), nil
			},
			Logger: slog.New(slog.DiscardHandler), Configuration: func() Configuration { return Configuration{} },
		})
		defer w.Close()
		mux := http.NewServeMux()
		w.routes(mux)
		ask := func(path string) *httptest.ResponseRecorder {
			r := httptest.NewRecorder()
			mux.ServeHTTP(r, httptest.NewRequest(http.MethodGet, path, nil))
			return r
		}
		if r := ask("/ops/state"); r.Code != http.StatusServiceUnavailable || r.Header().Get("Retry-After") != "1" {
			t.Errorf("before: %d %s", r.Code, r.Body)
		}
		if r := ask("/ops"); r.Code != http.StatusOK {
			t.Errorf("the page: %d", r.Code)
		}
		whole.Store(true)
		time.Sleep(time.Second) // of the bubble's clock
		synctest.Wait()
		if r := ask("/ops/state"); r.Code != http.StatusOK {
			t.Errorf("after: %d %s", r.Code, r.Body)
		}
	})
}

func TestEventsBringAStateASecondToAllWhoListen(t *testing.T) {
	w := newTestWatch(t)
	mux := http.NewServeMux()
	w.routes(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // only against hanging
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/ops/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines, states := bufio.NewScanner(resp.Body), 0
	lines.Buffer(nil, 1<<20)
	for states < 3 && lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			var s State
			if err := json.Unmarshal([]byte(data), &s); err != nil || s.Replica != "here" {
				t.Fatalf("%v: %s", err, data)
			}
			states++
		}
	}
	if states < 3 {
		t.Fatalf("%d states, then %v", states, lines.Err())
	}
	w.Close()
	for lines.Scan() { // what was on the way
	}
	if lines.Err() != nil {
		t.Errorf("the stream ended with %v, want it orderly when the watch ends", lines.Err())
	}
}

func TestListenersAreBoundedAndLeaveNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTestWatch(t)
		var all []func()
		for range maxListeners {
			news, leave := w.listen()
			if news == nil {
				t.Fatalf("%d listeners are too many already", len(all))
			}
			all = append(all, leave)
		}
		if news, _ := w.listen(); news != nil {
			t.Error("one more may listen")
		}
		for _, leave := range all {
			leave()
		}
		if len(w.listeners) != 0 {
			t.Errorf("%d are left", len(w.listeners))
		}
		w.Close()
	})
}

func TestThePageLoadsFromHereAloneAndItsFilesCanBeKept(t *testing.T) {
	mux := http.NewServeMux()
	newTestWatch(t).routes(mux)
	r := httptest.NewRecorder()
	mux.ServeHTTP(r, httptest.NewRequest(http.MethodGet, "/ops", nil))
	if strings.Contains(r.Body.String(), "http:") || strings.Contains(r.Body.String(), "https:") || !strings.Contains(r.Header().Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("%v\n%s", r.Header(), r.Body)
	}
	for name, f := range files {
		if !strings.Contains(r.Body.String(), "ops/"+f.hashed) {
			t.Errorf("%s is not on the page", name)
		}
		got := httptest.NewRecorder()
		mux.ServeHTTP(got, httptest.NewRequest(http.MethodGet, "/ops/"+f.hashed, nil))
		if got.Code != 200 || !strings.Contains(got.Header().Get("Cache-Control"), "immutable") || got.Body.Len() != len(f.text) {
			t.Errorf("%s: %d %v", name, got.Code, got.Header())
		}
	}
}
