package faults

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"timeslots/test/faults/evil"
	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

// docs/faults.md rows 2, 4, 7: a source that fails at once costs its part, says why, and is whole again by itself.
func TestASourceThatFailsAtOnceCostsItsPartAndSaysWhy(t *testing.T) {
	tests := map[string]struct {
		fault  evil.Fault
		reason string
	}{
		"500":                          {evil.Status(500), "upstream"},
		"502":                          {evil.Status(502), "upstream"},
		"resets before its headers":    {evil.Reset, "upstream"},
		"resets in its body":           {evil.ResetInBody, "upstream"},
		"hangs up on requests":         {evil.Hangup, "upstream"},
		"400":                          {evil.Status(400), "upstream"},
		"401 for our key":              {evil.Status(401), "upstream"},
		"403 for our key":              {evil.Status(403), "upstream"},
		"redirects":                    {evil.Status(302, "Location", "http://127.0.0.1:1/elsewhere"), "upstream"},
		"429":                          {evil.Status(429, "Retry-After", "1"), "limited"},
		"503 with a time":              {evil.Status(503, "Retry-After", "1"), "limited"},
		"503 without":                  {evil.Status(503), "upstream"},
		"truncates":                    {evil.Truncate, "malformed"},
		"cuts its chunks":              {evil.CutChunks, "malformed"},
		"null":                         {evil.Says("application/json", "null"), "malformed"},
		"wrong shape":                  {evil.Says("application/json", `"slots"`), "malformed"},
		"not JSON":                     {evil.Says("application/json", "{"), "malformed"},
		"login page":                   {evil.Says("text/html", "<html>log in</html>"), "malformed"},
		"bad UTF-8":                    {evil.Says("application/json", "{\"x\":\"\xff\"}"), "malformed"},
		"nests 9,999 deep":             {evil.Deep(9999), "malformed"},
		"gzip with a bad checksum":     {evil.BadChecksum, "malformed"},
		"an encoding nobody asked for": {evil.UnknownEncoding, "malformed"},
	}
	figure.Beside(t)
	s := newScene(t, fmt.Sprintf("sources:\n  careOptions: {%[1]s, breaker: {minRequests: 1000}, negative: 100ms}\n  careDirect: {%[1]s}\n  directory: {%[1]s}", calls()), "search: {budget: 1m, areaSlack: 0}")
	n := 0
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			n++
			// Cold for each, as no copy of a neighbour's serves: nobody asked for its visit type before.
			query := strings.Replace(area, "Illness", fmt.Sprint("Cold", n), 1) + "&" + strings.TrimPrefix(clinician, "/v1/timeslots?")
			s.upstream.Break(tt.fault, evil.CareOptions)
			r := rig.Get(t, s.Public+query)
			a := r.Answer(t)
			if status, reason := a.Of("careOptions"); a.Complete || status != "failed" || reason != tt.reason {
				t.Errorf("complete %v, careOptions %s (%s), want it failed (%s)", a.Complete, status, reason, tt.reason)
			}
			s.upstream.Heal()
			s.fresh(t, query)
		})
	}
}

// docs/faults.md rows 5, 6: what cannot be read never replaces what could.
func TestNonsenseNeverReplacesAnAnswer(t *testing.T) {
	faults := map[string]evil.Fault{
		"null": evil.Says("application/json", "null"), "truncated": evil.Truncate, "a login page": evil.Says("text/html", "<html>"),
		"too many slots": evil.Repeat(50_001), "too large": evil.Bomb(9 << 20),
	}
	figure.Beside(t)
	s := newScene(t, lifetimes(time.Second, time.Hour, time.Hour))
	before := lasting(s.settle(t, clinician))
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			bad := s.Metric(t, "aggregator_upstream_request_duration_seconds_count", `outcome="malformed"`)
			s.upstream.Break(fault, evil.ProviderDirect)
			rig.Until(t, "a refresh that could not be read", func() bool {
				a := rig.Get(t, s.Public+clinician).Answer(t)
				ids := idsOf(a)
				if lost := slices.DeleteFunc(slices.Clone(before), func(id string) bool { return slices.Contains(ids, id) }); len(lost) > 0 || !a.Complete {
					t.Fatalf("complete %v, and %d of %d slots of before are lost", a.Complete, len(lost), len(before))
				}
				return s.Metric(t, "aggregator_upstream_request_duration_seconds_count", `outcome="malformed"`) > bad
			})
			s.upstream.Heal()
			s.fresh(t, clinician)
		})
	}
}

// lasting are the slots that a later answer lists as well, unless something is wrong: they do not begin soon.
func lasting(a rig.Answer) (ids []string) {
	for _, slot := range a.Timeslots {
		if at, err := time.Parse(time.RFC3339, slot.SlotDateTime); err == nil && time.Until(at) > time.Hour {
			ids = append(ids, slot.ID)
		}
	}
	return ids
}

func idsOf(a rig.Answer) (ids []string) {
	for _, slot := range a.Timeslots {
		ids = append(ids, slot.ID)
	}
	return ids
}

// docs/faults.md row 6: bombs cost 64 MiB at most.
func TestBombsCostLittleMemory(t *testing.T) {
	figure.Only(t) // what bombs do to answers: TestNonsenseNeverReplacesAnAnswer
	bombs := map[string]func() evil.Fault{
		"1000:1":             func() evil.Fault { return evil.Bomb(256 << 20) },
		"just too large":     func() evil.Fault { return evil.Bomb(8<<20 + 1) },
		"as large as may be": func() evil.Fault { return evil.Bomb(8 << 20) },
		"small entries":      func() evil.Fault { return evil.EntryBomb(2 << 20) },
		"slots":              func() evil.Fault { return evil.Repeat(60_000) },
	}
	for name, bomb := range bombs {
		t.Run(name, func(t *testing.T) {
			figure.Measure(t, func(t *testing.T, f *figure.Figures) {
				s := newScene(t, "products: {default: {budget: 3s}}", "sources:\n  providerDirect: {timeout: 2s, breaker: {minRequests: 100000}}")
				s.settle(t, clinician)
				_, _ = rig.Crowd(t, s.Public+clinician, 200, 8)
				before := s.Resident(t)
				s.upstream.Break(bomb(), evil.ProviderDirect)
				_ = rig.Get(t, s.Public+clinician) // stale by now; a bomb that is made of a good answer is made of this one
				most := before
				for _, npis := range slices.Collect(slices.Chunk(s.tenant.NPIs(), 40)) {
					_ = rig.Get(t, s.Public+"/v1/timeslots?npi="+strings.Join(npis, ","))
					most = max(most, s.Resident(t))
				}
				f.AtMost(fmt.Sprintf("memory above the %d MiB of before", before>>20), float64(most-before)/(1<<20), 64, "MiB")
				s.upstream.Heal()
				f.Time("whole again", s.fresh(t, clinician), recovery, 1)
			})
		})
	}
}

// docs/faults.md rows 2, 10: one failure in twenty is not noticed by anybody.
func TestConnectionsThatBreakNowAndThenAreNotNoticed(t *testing.T) {
	for name, fault := range map[string]evil.Fault{"reset": evil.Reset, "hung up": evil.Hangup, "502": evil.Status(502)} {
		t.Run(name, func(t *testing.T) {
			figure.Beside(t)
			s := newScene(t)
			s.settle(t, clinician)
			var call atomic.Int64
			s.upstream.Break(func(w http.ResponseWriter, r *http.Request, good http.Handler) {
				if call.Add(1)%20 == 0 {
					fault(w, r, good)
					return
				}
				good.ServeHTTP(w, r)
			}, evil.ProviderDirect)
			npis := s.tenant.NPIs()[1:]
			for _, npi := range npis[:min(figure.Form(len(npis), 90), len(npis))] {
				if a := rig.Get(t, s.Public+"/v1/timeslots?npi="+npi).Answer(t); !a.Complete {
					t.Fatalf("after %d calls: %+v", call.Load(), a.Sources)
				}
			}
			s.upstream.Heal()
			s.fresh(t, clinician)
		})
	}
}
