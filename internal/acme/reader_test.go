package acme

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// listing is a slot as a lenient reader finds it in a document. What a surface does not say stays empty.
type listing struct {
	npi, department, visitType, visitID string
	start                               int64
}

// reader collects slots out of any surface's document, knowing nothing but the clinics' zones.
type reader struct {
	zones      map[string]*time.Location // by composite identifier
	found      map[listing]int
	unreadable int
}

func (t *Tenant) reader() *reader {
	r := &reader{zones: map[string]*time.Location{}, found: map[listing]int{}}
	for _, d := range t.world.Departments {
		r.zones[d.Key] = d.Zone.Time(0).Location()
	}
	return r
}

// read takes one answer; seed is what the question says about all of its slots.
func (r *reader) read(t testing.TB, w *httptest.ResponseRecorder, seed listing) {
	t.Helper()
	if w.Code == 204 && w.Body.Len() == 0 {
		return
	}
	var doc any
	text := bytes.TrimPrefix(w.Body.Bytes(), []byte("\xef\xbb\xbf"))
	if err := json.Unmarshal(text, &doc); err != nil || w.Code != 200 {
		t.Fatalf("status %d: %v in %.200s", w.Code, err, text)
	}
	slotsIn(doc, seed, "", r.slot)
}

// slotsIn goes down to the slots of any surface's document and gives each to found, with its start as it is written.
// Members that name a clinician, a clinic or a visit type hold for what lies below.
func slotsIn(v any, at listing, start string, found func(listing, string)) {
	switch x := v.(type) {
	case []any:
		for _, e := range x {
			slotsIn(e, at, start, found)
		}
	case map[string]any:
		for key, field := range map[string]*string{
			"npi": &at.npi, "providerNationalId": &at.npi, "departmentIdentifier": &at.department, "departmentEhrIdentifier": &at.department,
			"visitTypeName": &at.visitType, "visitTypeId": &at.visitID, "visitTypeEmrId": &at.visitID, "slotDateTime": &start, "dateTime": &start,
		} {
			if s, ok := x[key].(string); ok {
				*field = s
			}
		}
		if system, ok := x["ehrInstance"].(string); ok {
			at.department = system + "|" + x["departmentId"].(string)
		}
		deeper := false
		for _, key := range []string{
			"results", "visitTypes", "slots", "slotsByVisitType", "scheduleDays", "slotTimes", "timeSlots", "providerOptions",
		} {
			if list, ok := x[key].([]any); ok {
				slotsIn(list, at, start, found)
				deeper = true
			}
		}
		_, one := x["slotDateTime"]
		_, other := x["dateTime"]
		if _, option := x["departmentEhrIdentifier"]; !deeper && (one || other || option) {
			found(at, start)
		}
	}
}

func (r *reader) slot(at listing, start string) {
	when, ok := readStart(start, r.zones[at.department])
	if !ok {
		r.unreadable++
		return
	}
	at.start = when.Unix()
	r.found[at]++
}

// readStart reads what a person would read.
func readStart(text string, zone *time.Location) (time.Time, bool) {
	text = strings.Replace(text, " ", "T", 1)
	for _, layout := range []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700"} {
		if at, err := time.Parse(layout, text); err == nil { // a fraction is read by itself
			return at, true
		}
	}
	at, err := time.ParseInLocation("2006-01-02T15:04:05", text, zone)
	return at, err == nil
}
