package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// untidyTenant answers as the field does: a byte order mark, no content, starts without offsets, foreign zones, one EMR id for
// two visit types, offsets that no zone here has. Only 9000000033 is in Care Direct, and only there.
func untidyTenant(t *testing.T, day string) *running {
	t.Helper()
	const head = `"npi":"%s","departmentIdentifier":"e|410","ehrSystemName":"e","departmentId":"410","timezone":%s,"slotsByVisitType":[%s]`
	visit := func(name, isNew, old, start, duration string) string {
		return fmt.Sprintf(`{"visitTypeId":"7203","visitTypeName":%q,"forNewPatient":%s,"forEstablishedPatient":%s,"isBookable":true,"scheduleDays":[{"slotTimes":[{"slotDateTime":"%s","duration":%s}]}]}`,
			name, isNew, old, strings.ReplaceAll(start, "DAY", day), duration)
	}
	v5 := func(npi, zone string, visits ...string) string {
		return `{"slots":[{` + fmt.Sprintf(head, npi, zone, strings.Join(visits, ",")) + `}]}`
	}
	answers := map[string]string{
		"/v4/departments": `[{"departmentId":"410","urlName":"AcmeRiverton","displayName":"Riverton","ehrSystemName":"e","isActive":true,"timezone":"America/Phoenix","latitude":0,"longitude":0}]`,
		"/v5/providers/9000000017/timeslots": "\ufeff" + v5("9000000017", `"America/Phoenix"`,
			visit("NewPatient", "true", `"false"`, "DAYT09:00:00-07:00", "40"), visit("FollowUp", `"false"`, "true", "DAYT10:00:00-07:00", "20")),
		"/v5/providers/9000000025/timeslots": v5("9000000025", `"Pacific Standard Time"`,
			visit("FollowUp", "true", "true", "DAYT09:00:00", "0"), visit("FluShot", "true", "true", "DAYT23:45:00-06:00", `"20 min"`)),
		"/v5/providers/9000000041/timeslots": v5("9000000041", `"America/Phoenix"`,
			visit("FollowUp", "true", "true", "noon, Jane's birthday", "20"), visit("FollowUp", "true", "true", "DAYT11:00:00-07:00", "-3")),
		"/v2/departments/AcmeRiverton/timeslots": fmt.Sprintf(`{"departmentId":"410","startDate":"%sT00:00:00-07:00","endDate":"%sT23:59:59-07:00","timezone":"","scheduleDays":[{"timeSlots":[
			{"id":"aWQ=","providerNationalId":"9000000033","providerId":"P-1","departmentIdentifier":"e|410","visitTypeId":"7301","duration":"","slotDateTime":"%s 08:00:00"}]}]}`, day, day, day),
	}
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if text, known := answers[r.URL.Path]; known {
			_, _ = w.Write([]byte(text))
			return
		}
		if strings.HasPrefix(r.URL.Path, "/v5/providers/") {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"message":"unknown"}`))
	}))
	t.Cleanup(upstream.Close)
	service := startService(t, served(strings.TrimPrefix(upstream.URL, "http://")))
	return service
}

func TestAnUntidyTenantIsReadAsItIsMeant(t *testing.T) {
	day := time.Now().UTC().AddDate(0, 0, 3).Format(time.DateOnly)
	next := time.Now().UTC().AddDate(0, 0, 4).Format(time.DateOnly)
	service := untidyTenant(t, day)
	for query, want := range map[string]string{
		"npi=9000000017": "09:00:00-07:00 NewPatient 40, 10:00:00-07:00 FollowUp 20",
		"npi=9000000017&newOrEstablishedPatient=establishedPatient":           "10:00:00-07:00 FollowUp 20",
		"npi=9000000017&newOrEstablishedPatient=newPatient":                   "09:00:00-07:00 NewPatient 40",
		"npi=9000000017&visitTypeName=FollowUp":                               "10:00:00-07:00 FollowUp 20",
		"npi=9000000025":                                                      "09:00:00-07:00 FollowUp 0, 23:45:00-06:00 FluShot 20",
		"npi=9000000025&startDate=" + next:                                    "",
		"npi=9000000025&visitTypeName=FluShot&endDate=" + day:                 "23:45:00-06:00 FluShot 20",
		"npi=9000000033&departmentUrlName=AcmeRiverton&visitTypeName=FluShot": "08:00:00-07:00 FluShot 0",
	} {
		for range 2 { // cold, and from memory
			a := get(t, service.public+"/v1/timeslots?"+query).answer(t)
			var got []string
			var raw struct {
				Timeslots []struct{ SlotDateTime, Timezone string }
			}
			if err := json.Unmarshal(get(t, service.public+"/v1/timeslots?"+query).body, &raw); err != nil {
				t.Fatal(err)
			}
			for i, s := range a.Timeslots {
				got = append(got, fmt.Sprintf("%s %s %d", raw.Timeslots[i].SlotDateTime[11:], s.VisitTypeName, s.Duration))
				if raw.Timeslots[i].Timezone != "America/Phoenix" || s.Distance != nil || raw.Timeslots[i].SlotDateTime[:10] != day {
					t.Errorf("%s: %+v: want Phoenix's zone on %s, and no distance", query, raw.Timeslots[i], day)
				}
			}
			if text := strings.Join(got, ", "); text != want || !a.Complete {
				t.Errorf("%s: %q, complete %v; want %q", query, text, a.Complete, want)
			}
		}
	}
}

func TestWhatCannotBeReadIsSaidEverywhere(t *testing.T) {
	service := untidyTenant(t, time.Now().UTC().AddDate(0, 0, 3).Format(time.DateOnly))
	a := get(t, service.public+"/v1/timeslots?npi=9000000041").answer(t)
	if a.Complete || a.Total != 1 || a.Timeslots[0].Duration != 0 || a.Sources[0].Reason != "malformed" || a.Sources[0].Status != "fresh" {
		t.Errorf("complete %v, %+v, %+v: want one slot of unknown duration, and a source that is malformed in part", a.Complete, a.Timeslots, a.Sources)
	}
	for range 3 { // what cannot be read will not be readable the next time: the answer is kept like another
		get(t, service.public+"/v1/timeslots?npi=9000000041")
	}
	counted(t, service.admin, `aggregator_cache_lookups_total{result="hit",tier="response"} 3`)
	get(t, service.public+"/v1/timeslots?npi=9000000025").answer(t)
	counted(t, service.admin, `aggregator_decode_dropped_total{reason="start",source="providerDirect"} 1`, `aggregator_decode_dropped_total{reason="duration",source="providerDirect"} 1`,
		`aggregator_zone_doubts_total{reason="unknown",source="providerDirect"}`)
	eventually(t, "samples on /ops", func() bool {
		state := string(get(t, service.admin+"/ops/state").body)
		if strings.Contains(state, "Jane") {
			t.Fatalf("the state has content of upstream's: %s", state)
		}
		return strings.Contains(state, `slotDateTime: \"aaaa, aaaa'a aaaaaaaa\"`) || strings.Contains(state, `slotDateTime: \"aaaa, aaaa\u0027a aaaaaaaa\"`)
	})
}

// TestNoContentIsRepeated to a client that asked in DexCare's own words, first and from memory.
func TestNoContentIsRepeated(t *testing.T) {
	service := untidyTenant(t, time.Now().UTC().Format(time.DateOnly))
	for range 2 {
		if r := get(t, service.public+"/dexcare/v5/providers/9000000058/timeslots"); r.status != http.StatusNoContent || len(r.body) > 0 {
			t.Errorf("status %d, %q: want upstream's 204", r.status, r.body)
		}
	}
	for _, path := range []string{"/dexcare/v5/providers/9000000017/timeslots"} {
		if r := get(t, service.public+path); r.status != http.StatusOK || !strings.HasPrefix(string(r.body), "\ufeff{") {
			t.Errorf("%s: %q: want upstream's own bytes", path, r.body)
		}
	}
}
