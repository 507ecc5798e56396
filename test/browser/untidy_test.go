package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"timeslots/test/rig"
	"timeslots/web"
)

// desk is the pages in front of a service that gives one answer, whatever it is asked: such as a tidy tenant never does.
type desk struct {
	list, times atomic.Value // of GET /v1/next-available and /v1/timeslots: strings
	more        sync.Map     // further pages of the latter, by cursor
	events      chan string
	base        string
	now         time.Time
}

// newDesk serves the pages at a moment.
func newDesk(t *testing.T, now time.Time) *desk {
	t.Helper()
	d := &desk{now: now, events: make(chan string)}
	d.list.Store(`{"complete":true,"entries":[],"providers":{},"departments":{},"sources":[]}`)
	d.times.Store(`{"complete":true,"timeslots":[],"providers":{},"departments":{},"sources":[],"nextAvailable":null}`)
	pages, err := web.New(web.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for _, f := range pages.Files() {
		mux.HandleFunc("GET "+f.Path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", f.Type)
			_, _ = w.Write(f.Body)
		})
	}
	for _, path := range pages.Routes() {
		mux.HandleFunc("GET "+strings.Replace(path+"{$}", "t{$}", "t", 1), func(w http.ResponseWriter, r *http.Request) { d.page(w, r, pages) })
	}
	mux.HandleFunc("GET /v1/timeslots/events", d.stream)
	mux.HandleFunc("GET /v1/timeslots", func(w http.ResponseWriter, r *http.Request) {
		body := d.times.Load()
		if cursor := r.URL.Query().Get("cursor"); cursor != "" {
			body, _ = d.more.Load(cursor)
		}
		_, _ = io.WriteString(w, body.(string))
	})
	mux.HandleFunc("GET /v1/next-available", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(d.list.Load().(string))) })
	d.base = rig.Listen(t, mux)
	return d
}

func (d *desk) page(w http.ResponseWriter, r *http.Request, pages *web.Pages) {
	document, err := pages.Render(r.Context(), r.URL.Path, r.URL.RawQuery, func(_ context.Context, path, _ string) web.Reply {
		if path != "/v1/next-available" {
			return web.Reply{Status: http.StatusBadGateway}
		}
		body := d.list.Load().(string)
		return web.Reply{Status: http.StatusOK, Body: []byte(body), Tag: body, CacheControl: "no-store"}
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	for name, value := range document.Header {
		w.Header().Set(name, value)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(document.Status)
	_, _ = w.Write(document.Body)
}

// stream is the events of one page; they come from tells.
func (d *desk) stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	for {
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
			return
		case event := <-d.events:
			_, _ = io.WriteString(w, event)
		}
	}
}

// tells sends an event to the page that follows the list.
func (d *desk) tells(t *testing.T, event string, data fields) {
	t.Helper()
	select {
	case d.events <- "event: " + event + "\ndata: " + text(t, data) + "\n\n":
	case <-time.After(rig.Patience):
		t.Fatalf("nobody listens for %s within %v", event, rig.Patience)
	}
}

// visits lets somebody in a zone look at the desk's pages, with its clock.
func (b *tab) visits(t *testing.T, d *desk, zone string) {
	t.Helper()
	b.on(t, 1000, 1200, zone)
	b.do(t, before(fmt.Sprintf(clockScript, int64(time.Until(d.now)/time.Second))))
}

// A slot and its surroundings, as the service writes them.
type fields map[string]any

func slotOf(id, department, at string, more fields) fields {
	s := fields{
		"id": id, "slotDateTime": at, "duration": 0, "departmentIdentifier": department, "npi": "9000000017", "visitTypeId": "7203", "visitTypeName": "FollowUp",
		"sources": []string{"careOptions"}, "booking": fields{"flow": "handoff", "url": "https://book.example.org/?at=" + id},
	}
	for name, value := range more {
		s[name] = value
	}
	return s
}

func entryOf(who string, next ...fields) fields {
	key := "npi"
	if strings.Contains(who, "|") {
		key = "departmentIdentifier"
	}
	if next == nil {
		next = []fields{}
	}
	return fields{key: who, "status": "open", "count": len(next), "days": []fields{}, "next": next}
}

func text(t *testing.T, value any) string {
	t.Helper()
	body, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// Clinics far apart, and such as nobody knows much of.
var untidyPlaces = fields{
	"E|410": fields{"name": "Riverton", "urlName": "AcmeRiverton", "timezone": "America/Los_Angeles", "phone": "206-555-0100", "distance": 0.25, "address": fields{"line1": "100 Example Way", "city": "Riverton", "state": "WA", "postalCode": "98000"}},
	"E|420": fields{"name": "Lakeside", "urlName": "AcmeLakeside", "timezone": "", "phone": "206-555-0101", "distance": 9.65, "address": fields{"line1": "2 Other Road", "line2": "Suite 4", "city": "Lakeside", "state": "WA"}},
	"E|430": fields{"name": "Lakeside", "timezone": "Pacific Standard Time", "distance": 11.75, "address": fields{"line1": "3 Third Street"}},
	"E|440": fields{"name": "Honolulu", "timezone": "Pacific/Honolulu"},
	"E|450": fields{"name": "Guam <b>& more", "timezone": "Pacific/Guam"},
	"E|460": fields{"timezone": "America/Vancouver"},
}

var untidyPeople = fields{
	"9000000017": fields{"name": "O’Brien, Seán", "specialties": []string{"Pediatrics", "Family Medicine"}},
	"9000000025": fields{"name": "José <i>Núñez"},
	"9000000033": fields{"name": ""},
}

// night is a moment at which it is today, tomorrow and yesterday in the places of the tests: 00:07 in Los Angeles, 22:07
// of the day before in Honolulu, evening in Guam.
var night = time.Date(2026, 11, 28, 8, 7, 0, 0, time.UTC)

// untidyList is what no tidy tenant gives: a clinician at clinics in three zones, zones that are missing, foreign and older
// than the offset, several kinds of visit, no telephone, no name, no link.
func untidyList() fields {
	kind := func(title, modality string) fields {
		return fields{"visitTypeTitle": title, "modality": modality, "visitTypeName": title}
	}
	first := entryOf("9000000017",
		slotOf("a1", "E|440", "2026-11-27T22:40:00-10:00", fields{"timezone": "Pacific/Honolulu"}), slotOf("a2", "E|410", "2026-11-28T09:00:00-08:00", fields{"timezone": "America/Los_Angeles"}),
		slotOf("a3", "E|420", "2026-11-28T13:00:00-08:00", nil), slotOf("a4", "E|440", "2026-11-28T12:00:00-10:00", fields{"timezone": ""}),
		slotOf("a5", "E|430", "2026-11-29T00:00:00-08:00", fields{"timezone": "Pacific Standard Time", "booking": fields{"flow": "none"}}))
	first["days"] = []fields{{"date": "2026-11-27", "count": 2}, {"date": "2026-11-28", "count": 1205, "times": 1203}, {"date": "2026-11-29", "count": 1}}
	return fields{
		"complete": true, "sources": []fields{}, "providers": untidyPeople, "departments": untidyPlaces,
		"entries": []fields{
			first,
			entryOf("9000000025", slotOf("b1", "E|460", "2026-12-01T09:00:00-07:00", fields{"timezone": "America/Vancouver"}), slotOf("b2", "E|460", "2026-12-02T00:15:00-07:00", fields{"timezone": "Nowhere/Land"}),
				slotOf("b3", "E|460", "2026-12-02T12:00:00-07:00", kind("Video \"call\"", "VIDEO")), slotOf("b4", "E|460", "2026-12-02T12:00:00-07:00", kind("By phone", "PHONE"))),
			entryOf("9000000033", slotOf("c1", "E|450", "2026-11-29T09:00:00+10:00", fields{"timezone": "Pacific/Guam", "booking": fields{"flow": "none", "url": "javascript:alert(1)"}})),
			entryOf("9000000099", slotOf("d1", "E|999", "2026-11-28T23:59:00+14:00", fields{"timezone": "local"})),
			entryOf("9000000041"),
		},
	}
}

// nurses is clinics where several people are there at one start, and days of which no time is listed.
func nurses() fields {
	var next []fields
	for _, at := range []string{"09:00", "09:20", "09:40", "10:00"} {
		for i := range 6 {
			next = append(next, slotOf(fmt.Sprint(at, i), "E|410", "2026-11-28T"+at+":00-08:00", fields{"npi": fmt.Sprint("900000010", i), "booking": fields{"flow": map[bool]string{true: "none", false: "retail"}[i == 0], "slotId": "s"}}))
		}
	}
	here, guam, lake := entryOf("E|410", next...), entryOf("E|450", slotOf("g1", "E|450", "2026-11-28T23:00:00+10:00", nil), slotOf("g2", "E|450", "2026-11-29T08:00:00+10:00", nil), slotOf("g3", "E|450", "2026-11-30T08:00:00+10:00", nil)),
		entryOf("E|420", slotOf("l1", "E|420", "2026-11-29T08:00:00-08:00", fields{"timezone": nil}))
	here["days"] = []fields{{"date": "2026-11-28", "count": 24, "times": 4}, {"date": "2026-11-29", "count": 7}, {"date": "2026-11-30", "count": 7}}
	lake["days"] = []fields{{"date": "2026-11-29", "count": 1}}
	return fields{
		"complete": true, "sources": []fields{}, "providers": fields{}, "departments": untidyPlaces,
		"entries": []fields{here, guam, lake, entryOf("E|440", slotOf("h1", "E|440", "2026-11-29T08:00:00-10:00", nil))},
	}
}
