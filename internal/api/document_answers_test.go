package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"timeslots/internal/api/encode"
	"timeslots/internal/api/sample"
	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

const (
	searching = "GET /v1/timeslots"
	listing   = "GET /v1/next-available"
)

// everything has each field that an answer may have, and each reason that a source may give.
func everything(now time.Time) *search.Answer {
	a := sample.Answer(now)
	slot := a.Slots[0]
	slot.Score = &timeslot.Score{Total: 0.71544, Wait: 0.5, Distance: 0.9, Bookable: 1, Spread: 1}
	known := *slot.Schedule
	known.ForEstablishedPatient = timeslot.No
	slot.Schedule = &known
	byProvider, handedOff, shown := slot, slot, slot
	byProvider.RetailSlotID, byProvider.ProviderSlotID = "", "cHJvdmlkZXI="
	handedOff.RetailSlotID, handedOff.Duration, handedOff.Distance = "", 0, -1
	notBookable := known
	notBookable.Bookable = timeslot.No
	shown.Schedule = &notBookable
	a.Slots = []timeslot.Offer{slot, byProvider, handedOff, shown}
	a.Departments["org.acme.ehr.main|4100200300"].Address.Line2 = "Suite 1"
	a.NextCursor = "AmhzPOXuYCCfotgGQBpUkzJi9W8R"
	for _, reason := range []timeslot.Kind{
		timeslot.KindTimeout, timeslot.KindBudget, timeslot.KindOpen, timeslot.KindLimited, timeslot.KindUpstream, timeslot.KindMalformed,
	} {
		a.Reports = append(a.Reports, timeslot.SourceReport{Source: timeslot.ProviderDirect, Key: "9000000108", Status: timeslot.StatusFailed, Reason: reason})
	}
	return a
}

// bare has no field that an answer may lack.
func bare(now time.Time) *search.Answer {
	slot := timeslot.Offer{
		Schedule: &timeslot.Schedule{EHRInstance: "e", DepartmentID: "1", NPI: "9000000108", VisitTypeID: "7", VisitTypeName: "Illness", Timezone: "UTC"},
		Start:    start.Unix(), Distance: -1, Sources: timeslot.DexCare().SetOf(timeslot.CareOptions),
	}
	return &search.Answer{MergedAt: now, Result: &timeslot.Result{
		Complete: true, NextAvailable: &slot,
		Providers:   map[string]*timeslot.Provider{"9000000108": {NPI: "9000000108", Name: "Example Provider"}},
		Departments: map[string]*timeslot.DepartmentView{"e|1": {Distance: -1, Department: timeslot.Department{EHRInstance: "e", ID: "1", Timezone: "UTC"}}},
		Reports: []timeslot.SourceReport{
			{Source: timeslot.CareOptions, Key: "area", Status: timeslot.StatusSkipped},
			{Source: timeslot.CareDirect, Key: "Nowhere/Illness", Status: timeslot.StatusFresh, Reason: timeslot.KindNotFound},
			{Source: timeslot.Directory, Key: "departments", Status: timeslot.StatusFailed, Reason: timeslot.KindUpstream},
			{Source: timeslot.ProviderDirect, Key: "9000000108", Status: timeslot.StatusStale, FetchedAt: now},
		},
	}}
}

func TestAnswersAreAsTheDocumentSays(t *testing.T) {
	linked := func(o *Options) {
		o.Links = encode.LinkOptions{Base: &url.URL{Scheme: "https", Host: "scheduling.care.example.org"}, Brand: "acme", Retail: timeslot.DefaultRetailLink}
	}
	for name, answer := range map[string]func(*stand) *search.Answer{
		"all fields": func(s *stand) *search.Answer { return everything(s.clock.Now()) },
		"few fields": func(s *stand) *search.Answer { return bare(s.clock.Now()) },
		"partial":    func(s *stand) *search.Answer { return sampleEntries(s) },
		"unlocated": func(s *stand) *search.Answer {
			return &search.Answer{MergedAt: s.clock.Now(), Result: &timeslot.Result{Complete: true}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStand(t, linked)
			d := s.document(t)
			s.engine.answer = func() *search.Answer { return answer(s) }
			first := s.get(ask)
			d.check(t, searching, first)
			for _, coding := range []string{"identity", "gzip", "zstd", "br"} {
				d.check(t, searching, s.get(ask+"&product=flushot", "Accept-Encoding", coding))
			}
			d.check(t, searching, s.get(ask, "If-None-Match", first.Header().Get("ETag")))
			d.check(t, listing, s.get(strings.Replace(ask, "timeslots", "next-available", 1)))
			if got := s.get(ask, "If-None-Match", first.Header().Get("ETag")).Code; got != http.StatusNotModified {
				t.Errorf("%d", got)
			}
		})
	}
}

func TestCallsThatAreNotLetThroughAreAsTheDocumentSays(t *testing.T) {
	s := newStand(t, nil) // nobody listens where it sends
	d := s.document(t)
	for _, tt := range []struct {
		operation string
		headers   []string
		status    int
	}{
		{"POST /dexcare/api/6/visits/retail", nil, 401},
		{"POST /dexcare/api/6/visits/retail", []string{"Authorization", "Bearer x"}, 502},
		{"POST /dexcare/api/6/visits/retail", []string{"Authorization", "Bearer x", "Content-Encoding", "gzip"}, 415},
		{"POST /dexcare/api/6/visits/retail", []string{"Authorization", "Bearer x", "Connection", "Authorization"}, 400},
		{"POST /dexcare/v5/slots/slot-taken", nil, 404},
		{"GET /dexcare/v1/suffixes", []string{"Authorization", "Bearer x"}, 404}, // passed through, and the base is not there
	} {
		method, target, _ := strings.Cut(tt.operation, " ")
		w := s.do(method, target, tt.headers...)
		if d.check(t, tt.operation, w); w.Code != tt.status {
			t.Errorf("%s %v: %d %s", tt.operation, tt.headers, w.Code, w.Body)
		}
	}
}

func TestTheDescriptionItselfIsAsTheDocumentSays(t *testing.T) {
	s := newStand(t, nil)
	d := s.document(t)
	for _, path := range []string{"/openapi.json", "/docs"} {
		for _, coding := range []string{"identity", "gzip", "zstd", "br"} {
			w := s.get(path, "Accept-Encoding", coding)
			d.check(t, "GET "+path, w)
			again := s.get(path, "Accept-Encoding", coding, "If-None-Match", w.Header().Get("ETag"))
			if d.check(t, "GET "+path, again); w.Code != 200 || again.Code != 304 {
				t.Errorf("%s, %s: %d, then %d", path, coding, w.Code, again.Code)
			}
		}
	}
	d.check(t, "GET /docs/{file}", s.get("/docs/style.000000000000.css"))
}
