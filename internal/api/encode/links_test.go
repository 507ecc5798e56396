package encode

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"timeslots/internal/api/sample"
	"timeslots/internal/timeslot"
)

// booking is what a client gets to know of how a slot can be booked.
type bookingSeen struct{ Flow, SlotID, URL string }

// bookingOf asks for one slot, changed as the story has it.
func bookingOf(t *testing.T, links LinkOptions, change func(*timeslot.Offer, *timeslot.DepartmentView)) bookingSeen {
	t.Helper()
	encoder, err := New(links, nil)
	if err != nil {
		t.Fatal(err)
	}
	a := sample.Answer(sample.Start.Add(-24 * time.Hour))
	for _, d := range a.Departments {
		change(&a.Slots[0], d)
	}
	var got struct {
		Timeslots []struct{ Booking bookingSeen }
	}
	if err := json.Unmarshal(encoder.List(&timeslot.Query{}, a), &got); err != nil {
		t.Fatal(err)
	}
	return got.Timeslots[0].Booking
}

func scheduling(t *testing.T) *url.URL {
	t.Helper()
	u, err := url.Parse("https://scheduling.care.example.org/app")
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestTheFlowSaysHonestlyWhatCanBeBookedHow(t *testing.T) {
	const link = "https://scheduling.care.example.org/app/retail?timeSlot=2030-03-08T09%3A00%3A00-08%3A00&departmentUrlName=AcmeRiverton&brand=acme"
	here := LinkOptions{Base: scheduling(t), Brand: "acme", Retail: timeslot.DefaultRetailLink}
	none := here
	none.Retail = ""
	provider := here
	provider.Provider = "/provider/{npi}?at={slotDateTime}&where={departmentIdentifier}&type={visitTypeName}"
	only := func(s timeslot.Source) timeslot.SourceSet { return timeslot.DexCare().SetOf(s) }
	tests := map[string]struct {
		links  LinkOptions
		change func(*timeslot.Offer, *timeslot.DepartmentView)
		want   bookingSeen
	}{
		"a handle from Care Direct":      {here, func(*timeslot.Offer, *timeslot.DepartmentView) {}, bookingSeen{"retail", "c2xvdA==", link}},
		"one from Provider Direct":       {here, func(o *timeslot.Offer, _ *timeslot.DepartmentView) { o.RetailSlotID, o.ProviderSlotID = "", "cA==" }, bookingSeen{"provider", "cA==", link}},
		"no handle, but a link":          {here, func(o *timeslot.Offer, _ *timeslot.DepartmentView) { o.RetailSlotID = "" }, bookingSeen{"handoff", "", link}},
		"no handle, and no name for one": {here, func(o *timeslot.Offer, d *timeslot.DepartmentView) { o.RetailSlotID, d.URLName = "", "" }, bookingSeen{"none", "", ""}},
		"no scheduling app":              {LinkOptions{}, func(o *timeslot.Offer, _ *timeslot.DepartmentView) { o.RetailSlotID = "" }, bookingSeen{"none", "", ""}},
		"no brand for the link":          {LinkOptions{Base: here.Base, Retail: here.Retail}, func(o *timeslot.Offer, _ *timeslot.DepartmentView) { o.RetailSlotID = "" }, bookingSeen{"none", "", ""}},
		"retail links switched off":      {none, func(o *timeslot.Offer, _ *timeslot.DepartmentView) { o.RetailSlotID = "" }, bookingSeen{"none", "", ""}},
		"upstream forbids it":            {here, func(o *timeslot.Offer, _ *timeslot.DepartmentView) { o.Schedule.Bookable = timeslot.No }, bookingSeen{"none", "", ""}},
		"only a clinician's calendar": {provider, func(o *timeslot.Offer, _ *timeslot.DepartmentView) {
			o.RetailSlotID, o.Sources = "", only(timeslot.ProviderDirect)
		}, bookingSeen{"handoff", "", "https://scheduling.care.example.org/app/provider/9000000108?at=2030-03-08T09%3A00%3A00-08%3A00&where=org.acme.ehr.main%7C4100200300&type=Illness"}},
		"the same, on another's list too": {provider, func(o *timeslot.Offer, _ *timeslot.DepartmentView) { o.RetailSlotID = "" }, bookingSeen{"handoff", "", link}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := bookingOf(t, tt.links, tt.change); got != tt.want {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func TestTheTimeInALinkIsTheClinicsOwn(t *testing.T) {
	for zone, want := range map[string]string{
		"America/Los_Angeles": "2030-03-08T09%3A00%3A00-08%3A00", "America/St_Johns": "2030-03-08T13%3A30%3A00-03%3A30",
		"Asia/Kolkata": "2030-03-08T22%3A30%3A00%2B05%3A30", "Pacific/Auckland": "2030-03-09T06%3A00%3A00%2B13%3A00", "UTC": "2030-03-08T17%3A00%3A00%2B00%3A00",
	} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		_, offset := sample.Start.In(loc).Zone()
		got := bookingOf(t, LinkOptions{Base: scheduling(t), Brand: "acme", Retail: timeslot.DefaultRetailLink}, func(o *timeslot.Offer, _ *timeslot.DepartmentView) { o.Offset = int16(offset / 60) })
		if !strings.Contains(got.URL, "timeSlot="+want+"&") {
			t.Errorf("%s: %s", zone, got.URL)
		}
		u, err := url.Parse(got.URL)
		if err != nil {
			t.Fatal(err)
		}
		if at, err := time.Parse(time.RFC3339, u.Query().Get("timeSlot")); err != nil || !at.Equal(sample.Start) {
			t.Errorf("%s: a browser reads %v, %v", zone, at, err)
		}
	}
}

// TestNoValueLeadsElsewhere: whatever upstream calls things, scheme, host and the other parameters stay.
func TestNoValueLeadsElsewhere(t *testing.T) {
	for _, hostile := range []string{"../../evil", "//evil.example", "a&brand=evil", "a#b", "a?b", `"><script>`, "a b+c", "%2e%2e", "é"} {
		got := bookingOf(t, LinkOptions{Base: scheduling(t), Brand: "acme", Retail: "/retail/{departmentUrlName}?d={departmentUrlName}&brand={brand}"},
			func(_ *timeslot.Offer, d *timeslot.DepartmentView) { d.URLName = hostile })
		u, err := url.Parse(got.URL)
		if err != nil {
			t.Errorf("%q: %v", hostile, err)
			continue
		}
		if u.Scheme != "https" || u.Host != "scheduling.care.example.org" || u.Path != "/app/retail/"+hostile || u.Query().Get("d") != hostile || len(u.Query()["brand"]) != 1 || u.Query().Get("brand") != "acme" || u.Fragment != "" {
			t.Errorf("%q leads to %s", hostile, got.URL)
		}
	}
}

// TestDotsAreNoPlace: browsers take such a segment for a step up, however it is encoded. In a query it is a value.
func TestDotsAreNoPlace(t *testing.T) {
	for _, dots := range []string{".", ".."} {
		name := func(o *timeslot.Offer, d *timeslot.DepartmentView) { o.RetailSlotID, d.URLName = "", dots }
		links := LinkOptions{Base: scheduling(t), Brand: "acme", Retail: "/retail/{departmentUrlName}?brand={brand}"}
		if got := bookingOf(t, links, name); got != (bookingSeen{Flow: "none"}) {
			t.Errorf("%q in the path: %+v", dots, got)
		}
		links.Retail = "/retail?d={departmentUrlName}"
		if got := bookingOf(t, links, name); got.URL != "https://scheduling.care.example.org/app/retail?d="+dots {
			t.Errorf("%q in the query: %+v", dots, got)
		}
	}
}

func TestBadTemplatesAreRefusedWithAReason(t *testing.T) {
	for template, want := range map[string]string{
		"https://evil.example/{npi}": "one slash", "//evil.example": "one slash", "retail": "one slash", "": "one slash",
		"/a?x={patient}": `"{patient"`, "/a?x={npi": `"{npi"`, "/a b": "' '", "/a#{npi}": "'#'", "/a\r\nX: y": `'\r'`, `/a\b`: `'\\'`, "/a?searchContext={searchContext}": `"{searchContext"`,
		"/<b>?x={npi}": "'<'", "/a?x={npi}</script>": "'<'", "/a'": `'\''`, "/a}?x={npi}": "'}'", "/a%zz?x={npi}": "percent sign", "/a?x={npi}%": "percent sign", "/é": "'é'",
	} {
		if err := parseError(template); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", template, err, want)
		}
	}
	if err := parseError(timeslot.DefaultRetailLink); err != nil {
		t.Error(err)
	}
}

func parseError(template string) error {
	_, err := timeslot.ParseLinkTemplate(&url.URL{Scheme: "https", Host: "scheduling.example.org"}, template)
	return err
}
