package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"timeslots/test/rig"
)

func nearMe(target string) *options {
	return &options{
		command: "nearme", Target: target, Rate: 200, Duration: 300 * time.Millisecond, Timeout: time.Minute, Workers: 50, Seed: 1,
		scenarios: scenarios{NearMe: nearMeOptions{Think: 50 * time.Millisecond}},
	}
}

// service stands in for the service: lists without a filter wait, all else is a hit. The admin listener has metrics of
// before and after one load.
func service(t *testing.T) (target, admin string, views *atomic.Int64) {
	views = &atomic.Int64{}
	public := rig.Listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		views.Add(1)
		status := "timeslots; fwd=miss"
		if r.URL.Query().Has("npi") || len(r.URL.Query()) > 6 {
			status = "timeslots; hit; ttl=3"
		}
		w.Header().Set("Cache-Status", status)
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed(t, `{"complete":true,"timeslots":[],"providers":{"9000000017":{}}}`))
	}))
	texts := []string{metricsBefore, metricsAfter}
	figures := rig.Listen(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, texts[0])
		texts = texts[1:]
	}))
	return public, figures, views
}

func TestPeopleNearMeAreReported(t *testing.T) {
	target, admin, views := service(t)
	o := nearMe(target)
	o.Admin, o.JSON, o.HTML = admin, filepath.Join(t.TempDir(), "report.json"), filepath.Join(t.TempDir(), "report.html")
	var out bytes.Buffer
	if err := run(t.Context(), o, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(o.JSON)
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	v := r.Visitors
	if n := int(views.Load()); n < 45 || n > 75 || int(r.Planned) != n || int(r.All.Requests) != n || v.Complete != n || v.Lists == 0 || v.Filtered == 0 {
		t.Errorf("%d page views were seen, reported are %d: %+v", n, r.All.Requests, v)
	}
	if len(r.Parts) != 2 || r.Parts[0].Name != hits || r.Parts[1].Name != waited || r.Parts[0].Requests+r.Parts[1].Requests != r.All.Requests || r.Parts[0].P99 == 0 {
		t.Errorf("parts %+v", r.Parts)
	}
	if r.Service.Calls["careOptions"] != 21 || r.Service.Resident != 40<<20 {
		t.Errorf("costs %+v", r.Service)
	}
	page, err := os.ReadFile(o.HTML)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"25 upstream calls", "40.0 MiB resident", "(100.0 %)", " calendars; "} {
		if !strings.Contains(out.String(), want) || !strings.Contains(string(page), want) {
			t.Errorf("%q is missing from the text or the page:\n%s", want, out.String())
		}
	}
}

func TestPeopleNearMeAreComparedWithWhoHasNoService(t *testing.T) {
	target, admin, views := service(t)
	var asked atomic.Int64
	other := rig.Listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/availability/slots" && r.URL.Path != "/v5/providers/9000000017/timeslots" {
			t.Errorf("the other one is asked %s", r.URL)
		}
		asked.Add(1)
		_, _ = io.WriteString(w, `{"providers":{"9000000017":{}}}`)
	}))
	o := nearMe(target)
	o.Admin = admin // the target's, and read for it alone
	o.Compare.With, o.Compare.NearMe = other, o.NearMe
	o.Compare.NearMe.Direct = true
	var out bytes.Buffer
	o.command = "compare nearme"
	if err := run(t.Context(), o, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if views.Load() != asked.Load() || strings.Count(out.String(), "upstream calls,") != 1 {
		t.Errorf("%d page views of the one, %d of the other\n%s", views.Load(), asked.Load(), out.String())
	}
}

// A redirect could lead off this machine; it is not followed.
func TestPeopleNearMeGoNowhereElse(t *testing.T) {
	var visits atomic.Int64
	elsewhere := rig.Listen(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visits.Add(1) }))
	sends := rig.Listen(t, http.RedirectHandler(elsewhere, http.StatusFound))
	if err := run(t.Context(), nearMe(sends), io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	o := nearMe(sends)
	o.Admin = sends
	if err := run(t.Context(), o, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "302 Found") {
		t.Errorf("the admin listener sends elsewhere: %v", err)
	}
	if visits.Load() != 0 {
		t.Errorf("%d requests went elsewhere", visits.Load())
	}
}

func TestAScenarioHasAUsualLength(t *testing.T) {
	if a, b := usualDuration("nearme"), usualDuration("mixed"); a != time.Minute || b != 15*time.Second {
		t.Errorf("nearme %v, mixed %v", a, b)
	}
}
