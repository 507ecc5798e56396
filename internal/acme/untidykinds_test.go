package acme

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"timeslots/internal/acme/world"
)

// oddities are what an answer's text must have; in a list in UTC no time is without an offset.
var oddities = map[string]string{
	"fraction":          `"[^"]*T\d\d:\d\d:\d\d\.\d{3}[^"]*"`,
	"long fraction":     `"[^"]*:\d\d\.\d{7}[^"]*"`,
	"colonless offset":  `"[^"]*[-+]\d{4}"`,
	"space":             `"\d{4}-\d\d-\d\d \d\d:`,
	"UTC":               `"[^"]*Z"`,
	"no offset":         `"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d"`,
	"duration 0":        `"duration":0[,}]`,
	"duration null":     `"duration":null`,
	"duration number":   `"duration":\d+[,}]`,
	"duration text":     `"duration":"\d+"`,
	"duration fraction": `"duration":\d+\.0`,
	"duration empty":    `"duration":""`,
}

func TestTheTenantThatIsUntidyThroughoutHasEveryOddSpellingOnEverySurface(t *testing.T) {
	tenant := untidyTenant(t, world.Throughout)
	npi := tenant.world.ByURLName["AcmeRiverton"].Offers[0].Clinician.NPI // whose zone is known to all
	for surface, asked := range map[string][]exchange{
		"v5":           {{"GET", "/v5/providers/" + npi + "/timeslots", nil, 200}},
		"v4":           {{"GET", "/v4/providers/" + npi + "/timeslots?endDate=2030-04-20", nil, 200}},
		"slots search": {{"POST", "/v5/slots/search", []byte(`{"criteriaItems":[{"npi":"` + npi + `"}]}`), 200}},
		"care direct": {
			{"GET", "/v2/departments/AcmeRiverton/timeslots", nil, 200},
			{"GET", "/v2/departments/AcmeRiverton/timeslots?visitTypeName=Wellness", nil, 200},
		},
		"care options": {{"GET", "/v1/availability/slots?daysOfSlots=30&npis=" + npi, nil, 200}},
		"posted":       {{"POST", "/v1/availability/slots", []byte(`{"departmentIds":["4100200300"],"visitTypeNames":["Illness","Wellness"]}`), 200}},
	} {
		var all []byte
		for _, c := range asked {
			w := call(tenant, c.method, c.target, c.body)
			if w.Code != 200 || !bytes.HasPrefix(w.Body.Bytes(), []byte(byteOrderMark)) {
				t.Fatalf("%s: %d %.100s", surface, w.Code, w.Body)
			}
			all = append(all, w.Body.Bytes()...)
		}
		for name, form := range oddities {
			if !strings.HasPrefix(name, "duration") {
				form = `"(?:slotDateTime|dateTime)":` + form
			}
			if surface == "posted" && (name == "no offset" || name == "long fraction") {
				continue
			}
			if !regexp.MustCompile(form).Match(all) {
				t.Errorf("%s: no %s", surface, name)
			}
		}
	}
}

func TestOneStartIsSpelledInSeveralWaysAcrossSurfaces(t *testing.T) {
	tenant := untidyTenant(t, world.OddStarts)
	zone := tenant.world.ByNPI[world.NPI(1)].Home.Zone.Time(0).Location()
	spelled := func(target string) map[int64]string {
		out := map[int64]string{}
		for text := range starts(get(t, tenant, target)) {
			at, ok := readStart(text, zone)
			if !ok {
				t.Fatalf("%s: %q", target, text)
			}
			out[at.Unix()] = text
		}
		return out
	}
	v5 := spelled("/v5/providers/9000000017/timeslots?visitTypeName=FollowUp&endDate=2030-04-10")
	v4 := spelled("/v4/providers/9000000017/timeslots?visitType=FollowUp&endDate=2030-04-10")
	alike := map[bool]int{}
	for at, text := range v5 {
		if v4[at] == "" {
			t.Errorf("v4 lacks %s", text)
		}
		alike[v4[at] == text]++
	}
	if alike[true] == 0 || alike[false] == 0 {
		t.Errorf("%d starts are spelled alike, %d are not", alike[true], alike[false])
	}
}

func TestVisitTypesShareAnIDAndNothingElse(t *testing.T) {
	tenant := untidyTenant(t, world.SharedIDs)
	for _, e := range tenant.world.EHRs {
		for _, pair := range [][2]*world.VisitType{{e.Visits[0], e.Visits[1]}, {e.Visits[2], e.Visits[3]}} {
			a, b := pair[0], pair[1]
			if a.ID != b.ID || a.Name == b.Name || a.Minutes == b.Minutes || a.Modality == b.Modality || a.ForNew == b.ForNew && a.ForEstablished == b.ForEstablished {
				t.Errorf("%+v and %+v", *a, *b)
			}
		}
	}
	bookable := map[string]bool{}
	for _, visit := range at(get(t, tenant, "/v5/providers/"+world.NPI(3)+"/timeslots"), "slots", 0, "slotsByVisitType").([]any) {
		bookable[fmt.Sprint(at(visit, "visitTypeId"), at(visit, "visitTypeName"))] = at(visit, "isBookable").(bool)
	}
	if want := map[string]bool{"7203FollowUp": true, "7203NewPatient": false, "7213FollowUp": true}; !maps.Equal(bookable, want) {
		t.Errorf("bookable: %v", bookable)
	}
}

func TestAnEventIsAboutWhicheverVisitTypeOfTheIDIsFree(t *testing.T) {
	tenant := untidyTenant(t, world.SharedIDs)
	var only Slot // a start that one of two visit types has
	held := map[int64]int{}
	for _, s := range tenant.Slots(world.NPI(1)) {
		held[s.Start.Unix()]++
	}
	for _, s := range tenant.Slots(world.NPI(1)) {
		if s.VisitTypeName == "NewPatient" && held[s.Start.Unix()] == 1 {
			only = s
		}
	}
	system, id, _ := strings.Cut(only.DepartmentIdentifier, "|")
	event := map[string]string{
		"npi": only.NPI, "departmentId": id, "ehrInstance": system, "visitTypeId": only.VisitTypeID, "slotDateTime": only.Start.Format(time.RFC3339),
	}
	if w := call(tenant, "POST", "/v5/slots/slot-taken", event); w.Code != 204 || slices.Contains(tenant.Slots(world.NPI(1)), only) {
		t.Errorf("taken: %d %s", w.Code, w.Body)
	}
	if w := call(tenant, "POST", "/v5/slots/slot-released", event); w.Code != 204 || !slices.Contains(tenant.Slots(world.NPI(1)), only) {
		t.Errorf("released: %d %s", w.Code, w.Body)
	}
}

func TestASlotIsSoldOnceHoweverItIsSpelled(t *testing.T) {
	tenant := untidyTenant(t, world.Throughout&^world.ByteOrderMark)
	slot := retailSlots(t, tenant)[0]
	id := slot.(map[string]any)["id"].(string)
	sold, _ := tenant.world.Slot(id)
	post(t, tenant, retailPath, retailBody(t, "A", slot))
	if w := call(tenant, "POST", retailPath, retailBody(t, "B", slot)); w.Code != 409 {
		t.Errorf("booking again: %d %s", w.Code, w.Body)
	}
	for _, on := range surfaces {
		r := tenant.reader()
		on.ask(t, tenant, r, sold.Schedule.Offer.Clinician)
		for l := range r.found {
			if l.start == sold.Start {
				t.Errorf("%s lists %+v", on.name, l)
			}
		}
	}
}

func TestZonesAreMissingOrForeignInTheDirectoryAndCareOptions(t *testing.T) {
	tenant := untidyTenant(t, world.MissingZones)
	directory, nowhere := map[any]bool{}, 0
	for _, kind := range []string{"Retail", "Primary+Care"} {
		for _, d := range get(t, tenant, "/v4/departments?clinicType="+kind).([]any) {
			directory[at(d, "timezone")] = true
			if at(d, "latitude") == 0.0 && at(d, "longitude") == 0.0 {
				nowhere++
			}
		}
	}
	options := map[any]bool{}
	for _, d := range at(get(t, tenant, "/v1/availability/slots?latitude=47.61&longitude=-122.33&daysOfSlots=4"), "departments").(map[string]any) {
		options[at(d, "timezone")] = true
	}
	for _, want := range []any{"", nil, "Pacific Standard Time", "America/Los_Angeles"} {
		if !directory[want] || !options[want] {
			t.Errorf("no clinic with %v: directory %v, care options %v", want, directory, options)
		}
	}
	if nowhere == 0 {
		t.Error("every clinic has coordinates")
	}
}

func TestAClinicsWrittenOffsetFollowsItsOwnRules(t *testing.T) {
	tenant := untidyTenant(t, world.LateZoneRules)
	d := tenant.world.ByURLName["AcmePortland"]
	if got := at(get(t, tenant, "/v4/departments/AcmePortland/departmentInfo"), "timezone"); got != "America/Vancouver" {
		t.Errorf("zone %v", got)
	}
	for _, target := range []string{
		"/v2/departments/AcmePortland/timeslots", "/v5/providers/" + d.Offers[0].Clinician.NPI + "/timeslots", "/v4/providers/" + d.Offers[0].Clinician.NPI + "/timeslots",
		"/v1/availability/slots?daysOfSlots=40&npis=" + d.Offers[0].Clinician.NPI,
	} {
		all := slices.Sorted(maps.Keys(starts(get(t, tenant, target))))
		if len(all) == 0 {
			t.Errorf("%s is empty", target)
		}
		for _, start := range all {
			if !strings.HasSuffix(start, "-07:00") || start[11:13] < "08" {
				t.Errorf("%s: %s", target, start)
			}
		}
	}
}

func TestManyPeopleAreFreeAtOneStart(t *testing.T) {
	tenant := untidyTenant(t, world.Crowded)
	most := map[string]int{}
	for target, name := range map[string]string{
		"/v2/departments/AcmeRivertonFluShot/timeslots?visitTypeName=FluShot": "flu shots", "/v2/departments/AcmeRivertonHarbor/timeslots": "a pool",
	} {
		for _, visits := range starts(get(t, tenant, target)) {
			most[name] = max(most[name], len(visits))
		}
	}
	if most["flu shots"] < 5 || most["a pool"] < 5 {
		t.Errorf("most at once: %v", most)
	}
}

func TestEmptyListsAreNoContent(t *testing.T) {
	tenant := untidyTenant(t, world.NoContent|world.ByteOrderMark)
	for _, c := range []exchange{
		{"GET", "/v5/providers/9000000017/timeslots?visitTypeName=None", nil, 204}, {"GET", "/v4/providers/9000000017/timeslots?visitType=None", nil, 204},
		{"POST", "/v5/slots/search", []byte(`{"criteriaItems":[{"npi":"1"}]}`), 204},
		{"GET", "/v2/departments/AcmeRivertonPrimaryCare/timeslots?visitTypeName=FollowUp", nil, 204},
		{"GET", "/v1/availability/slots?npis=1&daysOfSlots=1", nil, 204},
		{"POST", "/v1/availability/slots", []byte(`{"postalCode":"99999","visitTypeNames":["Illness"]}`), 204},
		{"POST", "/v1/availability/providers", []byte(`{"postalCode":"99999"}`), 204}, {"GET", "/v4/departments?clinicType=Virtual", nil, 204},
		{"GET", "/v5/providers/9000000017/timeslots", nil, 200}, {"GET", "/v5/providers/1/timeslots", nil, 404}, {"GET", "/v4/departments", nil, 200},
	} {
		w := call(tenant, c.method, c.target, c.body)
		if w.Code != c.status || (w.Body.Len() == 0) != (c.status == 204) {
			t.Errorf("%s: %d %.80s", c, w.Code, w.Body)
		}
	}
}

func TestBooleansAreTexts(t *testing.T) {
	tenant := untidyTenant(t, world.TextBooleans)
	for target, members := range map[string][]string{
		"/v5/providers/" + world.NPI(3) + "/timeslots":         {`"isBookable":"false"`, `"isBookable":"true"`, `"forNewPatient":"false"`, `"forEstablishedPatient":"true"`},
		"/v1/availability/slots?npis=9000000017&daysOfSlots=5": {`"forNewPatient":"true"`, `"forEstablishedPatient":"false"`},
		"/v4/departments?onlyActive=false":                     {`"isActive":"false"`, `"isActive":"true"`},
		"/v1/providers/9000000017":                             {`"isActive":"true"`},
	} {
		for _, member := range members {
			if body := call(tenant, "GET", target, nil).Body.String(); !strings.Contains(body, member) {
				t.Errorf("%s: no %s in %.200s", target, member, body)
			}
		}
	}
}

func TestNamesAreAsPeopleHaveThem(t *testing.T) {
	tenant := untidyTenant(t, world.OddNames)
	var all strings.Builder
	for _, npi := range tenant.NPIs() {
		var doc struct{ Name string }
		if err := json.Unmarshal(call(tenant, "GET", "/v1/providers/"+npi, nil).Body.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		all.WriteString(doc.Name + "\n")
	}
	for _, d := range tenant.Departments() {
		all.WriteString(d.Name + "\n")
	}
	for _, want := range []string{"Seán O’Brien", "O'Brien", "José Núñez", "Jose\u0301 Nu", "Smith, Jr.", "<b>Bold</b>", "</script>", "Schillingsfürst", "Côte-d’Or", "山田"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("nobody is called %s", want)
		}
	}
}
