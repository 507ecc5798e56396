package acme

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/bits"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"timeslots/internal/acme/world"
	"timeslots/test/rig/figure"
)

// untidyTenant has the given switches, on a Monday morning.
func untidyTenant(t testing.TB, set world.Untidy, options ...func(*Options)) *Tenant {
	t.Helper()
	return newTenant(t, append(options, func(o *Options) { o.Untidy = set })...)
}

// eachSwitch are the switches one by one, then together.
func eachSwitch() []world.Untidy {
	sets := []world.Untidy{0}
	for i := range (world.Throughout | world.Unreadable).Names() {
		sets = append(sets, 1<<i)
	}
	return append(sets, world.Throughout, world.Throughout|world.Unreadable)
}

// lastDay is the last day that these tests ask for; the clocks go forward the day before.
const lastDay = "2030-03-11"

// surfaceReader is one way of asking for a clinician's slots until lastDay, and what it says about a slot of [Tenant.Slots].
type surfaceReader struct {
	name string
	ask  func(t testing.TB, tenant *Tenant, r *reader, c *world.Clinician)
	says func(Slot) (listing, bool) // false: not on this surfaceReader
}

func whole(s Slot) listing {
	return listing{s.NPI, s.DepartmentIdentifier, s.VisitTypeName, s.VisitTypeID, s.Start.Unix()}
}

func bookableOnes(s Slot) (listing, bool) { return whole(s), s.Bookable }

var surfaces = []surfaceReader{
	{"v5", func(t testing.TB, tenant *Tenant, r *reader, c *world.Clinician) {
		r.read(t, call(tenant, "GET", "/v5/providers/"+c.NPI+"/timeslots?endDate="+lastDay, nil), listing{})
	}, func(s Slot) (listing, bool) { return whole(s), true }},
	{"v4", func(t testing.TB, tenant *Tenant, r *reader, c *world.Clinician) {
		for _, name := range namesOf(c) {
			r.read(t, call(tenant, "GET", "/v4/providers/"+c.NPI+"/timeslots?endDate="+lastDay+"&visitType="+name, nil), listing{visitType: name})
		}
	}, bookableOnes},
	{"slots search", func(t testing.TB, tenant *Tenant, r *reader, c *world.Clinician) {
		body := `{"criteriaItems":[{"npi":"` + c.NPI + `"}],"endDate":"` + lastDay + `"}`
		r.read(t, call(tenant, "POST", "/v5/slots/search", []byte(body)), listing{})
	}, bookableOnes},
	{"care options", func(t testing.TB, tenant *Tenant, r *reader, c *world.Clinician) {
		r.read(t, call(tenant, "GET", "/v1/availability/slots?daysOfSlots=60&endDate="+lastDay+"&npis="+c.NPI, nil), listing{})
	}, bookableOnes},
	{"posted care options", func(t testing.TB, tenant *Tenant, r *reader, c *world.Clinician) {
		body, _ := json.Marshal(map[string]any{
			"departmentIds": idsOf(c), "clinicianNPIs": []string{c.NPI}, "visitTypeNames": namesOf(c), "endDate": lastDay,
		})
		r.read(t, call(tenant, "POST", "/v1/availability/slots", body), listing{})
	}, bookableOnes},
}

func namesOf(c *world.Clinician) (out []string) {
	seen := map[string]bool{}
	for _, v := range c.VisitTypes() {
		if !seen[v.Name] {
			out = append(out, v.Name)
		}
		seen[v.Name] = true
	}
	return out
}

func idsOf(c *world.Clinician) (out []string) {
	for _, d := range c.Departments() {
		out = append(out, d.ID)
	}
	return out
}

func freeSlotsOf(tenant *Tenant) map[string][]Slot {
	out := map[string][]Slot{}
	for _, npi := range tenant.NPIs() {
		out[npi] = tenant.Slots(npi)
	}
	return out
}

// within reports whether the slot lies on the days asked for, in its clinic's zone.
func (r *reader) within(s Slot, until string) bool {
	return s.Start.In(r.zones[s.DepartmentIdentifier]).Format(time.DateOnly) <= until
}

func TestUnderEverySwitchEverySurfaceListsEverySlotAndNoOther(t *testing.T) {
	figure.Long(t)
	for _, set := range eachSwitch() {
		tenant := untidyTenant(t, set, func(o *Options) { o.Providers, o.Lookahead = 90, 9 })
		free := freeSlotsOf(tenant)
		asked := slices.Sorted(maps.Keys(free))
		if bits.OnesCount64(uint64(set)) == 1 { // one switch: every fourth clinician is enough
			asked = slices.DeleteFunc(asked, func(npi string) bool { return slices.Index(tenant.NPIs(), npi)%4 != 0 })
		}
		for _, on := range surfaces {
			t.Run(set.String()+"/"+on.name, func(t *testing.T) {
				r, want := tenant.reader(), map[listing]bool{}
				for _, npi := range asked {
					on.ask(t, tenant, r, tenant.world.ByNPI[npi])
					for _, s := range free[npi] {
						if l, listed := on.says(s); listed && r.within(s, lastDay) {
							want[l] = true
						}
					}
				}
				compare(t, r, want, set.Has(world.Unreadable))
			})
		}
		t.Run(set.String()+"/care direct", func(t *testing.T) { careDirectIsWhole(t, tenant, free, set) })
	}
}

// careDirectIsWhole asks clinic by clinic; a pool's persons have one NPI, so a start is there once for each.
func careDirectIsWhole(t *testing.T, tenant *Tenant, free map[string][]Slot, set world.Untidy) {
	r, want := tenant.reader(), map[listing]bool{}
	for _, d := range tenant.Departments() {
		until := "2030-03-05"
		if tenant.world.ByURLName[d.URLName].Kind == world.FluShots {
			until = "2030-03-06"
		}
		for _, name := range d.VisitTypes {
			r.read(t, call(tenant, "GET", "/v2/departments/"+d.URLName+"/timeslots?visitTypeName="+name, nil), listing{visitType: name})
		}
		for _, npi := range d.NPIs {
			for _, s := range free[npi] {
				if s.DepartmentURLName == d.URLName && d.ClinicType == world.ClinicRetail && s.Bookable && r.within(s, until) {
					want[whole(s)] = true
				}
			}
		}
	}
	compare(t, r, want, set.Has(world.Unreadable))
}

// compare lets a document lack as many slots as it has unreadable starts.
func compare(t *testing.T, r *reader, want map[listing]bool, unreadable bool) {
	t.Helper()
	lacking, invented := 0, 0
	for l := range want {
		if r.found[l] == 0 {
			if lacking++; !unreadable {
				t.Errorf("%+v is not listed", l)
			}
		}
	}
	for l := range r.found {
		if !want[l] {
			invented++
			t.Errorf("%+v is invented", l)
		}
	}
	if len(want) < 100 || unreadable != (r.unreadable > 0) || lacking > r.unreadable {
		t.Errorf("%d slots, %d lacking, %d invented, %d starts nobody can read", len(want), lacking, invented, r.unreadable)
	}
}

func TestSameSeedAndSameClockGiveTheSameBytes(t *testing.T) {
	dump := func(seed uint64, set world.Untidy) string {
		tenant := untidyTenant(t, set, func(o *Options) { o.Seed = seed })
		var all strings.Builder
		for _, c := range tidyCalls {
			w := call(tenant, c.method, c.target, c.body)
			_, _ = fmt.Fprintln(&all, c, w.Code, w.Header(), w.Body)
		}
		return all.String()
	}
	for _, set := range []world.Untidy{0, world.Throughout | world.Unreadable} {
		same(t, dump(7, set), dump(7, set), "two tenants of seed 7, untidy by ", set)
		if dump(7, set) == dump(8, set) {
			t.Errorf("seeds 7 and 8 give the same tenant, untidy by %q", set)
		}
	}
}

func TestTheSwitchesInForceAreListed(t *testing.T) {
	tenant := untidyTenant(t, world.ByteOrderMark|world.SharedIDs)
	if got := call(tenant, "GET", "/_acme/untidy", nil).Body.String(); got != `["shared-ids","bom"]` {
		t.Errorf("in force: %s", got)
	}
}

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
