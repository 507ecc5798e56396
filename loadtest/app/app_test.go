package app

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"timeslots/test/rig"
)

// server answers with texts by path, and remembers what it was asked.
type server struct {
	mu      sync.Mutex
	answers map[string][]string // the last one again and again; "401 text" has a status
	header  http.Header
	asked   []asked
}

type asked struct {
	method, path, query, body string
	header                    http.Header
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	s.asked = append(s.asked, asked{r.Method, r.URL.Path, r.URL.RawQuery, string(body), r.Header})
	for name, values := range s.header {
		w.Header()[name] = values
	}
	if tag := s.header.Get("Etag"); tag != "" && r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	list := s.answers[r.URL.Path]
	if len(list) == 0 {
		list = []string{"{}"}
	}
	text := list[0]
	if len(list) > 1 {
		s.answers[r.URL.Path] = list[1:]
	}
	if status, rest, _ := strings.Cut(text, " "); status == "401" || status == "409" {
		text = rest
		w.WriteHeader(map[string]int{"401": 401, "409": 409}[status])
	}
	_, _ = io.WriteString(w, text)
}

// requests are those for a path.
func (s *server) requests(path string) (list []asked) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.asked {
		if a.path == path {
			list = append(list, a)
		}
	}
	return list
}

var noon = time.Date(2030, 3, 4, 20, 21, 7, 483_900_000, time.UTC)

func startOn(t *testing.T, s *server) *Phone {
	t.Helper()
	tokens := []string{"first", "second", "third"}
	p, err := New(Options{Base: rig.Listen(t, s) + "/dexcare", Now: func() time.Time { return noon }, Token: func() string {
		defer func() { tokens = tokens[1:] }()
		return tokens[0]
	}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const (
	timesPath   = "/dexcare/v2/departments/acme north|1/timeslots"
	bookingPath = "/dexcare/api/6/visits/retail"
	visitsPath  = "/dexcare/api/6/visits/retail/self"
	logPath     = "/dexcare/v2/clientLogging"
)

// times is a clinic's answer with these slots.
func times(ids ...string) string {
	var slots []string
	for _, id := range ids {
		slots = append(slots, `{"id":"`+id+`","providerNationalId":"9000000017","providerId":"P-1","departmentId":"10203","departmentIdentifier":"e|10203",`+
			`"slotType":"Retail","visitTypeId":"7101","duration":"20","slotDateTime":"2030-03-04T13:00:00-08:00"}`)
	}
	return `{"departmentId":"10203","startDate":"2030-03-04T00:00:00-08:00","endDate":"2030-03-05T23:59:59-08:00","timezone":"America/Los_Angeles",` +
		`"scheduleDays":[{"date":"2030-03-04T00:00:00-08:00","timeSlots":[` + strings.Join(slots, ",") + `]}]}`
}

// clinicOf shows a clinic whose name the system must escape.
func clinicOf(t *testing.T, p *Phone) *Slots {
	t.Helper()
	shown, err := p.clinicSlots(t.Context(), Clinic{URLName: "acme north|1", System: "org.acme"}, "Flu & cold [A]")
	if err != nil {
		t.Fatal(err)
	}
	return shown
}

func soonest(list []Slot) Slot { return list[0] }

var upperUUID = regexp.MustCompile(`^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$`)

func TestAnAppThatBooksSpeaksAsTheSDKDoes(t *testing.T) {
	s := &server{answers: map[string][]string{timesPath: {times("c2xvdC0x/zAwMQ==")}, bookingPath: {`{"visitId":"v-1"}`}}}
	p := startOn(t, s)
	if _, err := p.Book(t.Context(), clinicOf(t, p), Patient{GUID: "g-1"}, soonest); err != nil {
		t.Fatal(err)
	}
	list, booking := s.requests(timesPath)[0], s.requests(bookingPath)[0]
	if want := "visitTypeName=Flu%20%26%20cold%20%5BA%5D&product=healthconnect-iOS"; list.query != want || booking.query != "product=healthconnect-iOS" {
		t.Errorf("queries %s and %s, want %s", list.query, booking.query, want)
	}
	for _, a := range []asked{list, booking} {
		if len(strings.Split(a.header.Get("User-Agent"), "|")) != 7 || a.header.Get("Domain") == "" || a.header.Get("X-Api-Key") == "" ||
			a.header.Get("Content-Type") != "application/json" || !upperUUID.MatchString(a.header.Get("Correlation-Id")) {
			t.Errorf("headers %v", a.header)
		}
	}
	if list.header.Get("Correlation-Id") == booking.header.Get("Correlation-Id") || list.header["Authorization"] != nil || booking.header.Get("Authorization") != "Bearer first" {
		t.Errorf("%v\n%v", list.header, booking.header)
	}
	var body struct {
		VisitDetails struct{ SlotID, EHRSystemName string }
	}
	if err := json.Unmarshal([]byte(booking.body), &body); err != nil || body.VisitDetails.SlotID != "c2xvdC0x/zAwMQ==" || body.VisitDetails.EHRSystemName != "org.acme" {
		t.Errorf("%+v (%v)", body, err)
	}
	if !strings.Contains(booking.body, `c2xvdC0x\/zAwMQ==`) || strings.Contains(booking.body, "null") || strings.Contains(booking.body, "actor") {
		t.Errorf("body %s", booking.body)
	}
}

func TestAnAppThatLooksAroundAsksFromNow(t *testing.T) {
	s := &server{answers: map[string][]string{"/dexcare/v1/availability/slots": {`{"slots":[],"providers":{},"departments":{},"searchContext":"c"}`}}}
	p := startOn(t, s)
	for _, search := range []Search{
		{Latitude: 47.5, Longitude: -122.25, Radius: 25, VisitType: "Illness"}, {PostalCode: "98101", Radius: 10, VisitType: "FluShot", Days: 7},
	} {
		if _, err := p.SlotsAround(t.Context(), search); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []string{
		`{"latitude":47.5,"longitude":-122.25,"radius":25,"startDate":"2030-03-04T20:21:07.483Z","visitTypeNames":["Illness"]}`,
		`{"endDate":"2030-03-11T20:21:07.483Z","postalCode":"98101","radius":10,"startDate":"2030-03-04T20:21:07.483Z","visitTypeNames":["FluShot"]}`,
	} {
		if a := s.requests("/dexcare/v1/availability/slots")[i]; a.body != want || a.header["Authorization"] != nil {
			t.Errorf("%s\nwant %s", a.body, want)
		}
	}
}

func TestAnAppThatAsksForListsWritesBrackets(t *testing.T) {
	s := &server{answers: map[string][]string{
		"/dexcare/api/9/regions/W A/waittimes": {"[]"}, "/dexcare/api/9/assignmentqualifiers": {"[]"}, "/dexcare/api/9/modalities": {"[]"},
	}}
	p := startOn(t, s)
	if err := p.VirtualCare(t.Context(), "W A"); err != nil {
		t.Fatal(err)
	}
	want := "assignmentQualifiers%5B%5D=adult&visitTypeNames%5B%5D=virtual&practiceId=" + p.o.Practice + "&product=healthconnect-iOS"
	if a := s.requests("/dexcare/api/9/regions/W A/waittimes")[0]; a.query != want {
		t.Errorf("%s, want %s", a.query, want)
	}
}

func TestAnAppThatCannotReadAnAnswerSaysWhichFieldOfWhichCall(t *testing.T) {
	for from, to := range map[string]string{
		`"duration":"20"`: `"duration":null`, `"slotDateTime":"2030-03-04T13:00:00-08:00"`: `"slotDateTime":"2030-03-04T13:00:00.000-08:00"`,
	} {
		s := &server{answers: map[string][]string{timesPath: {strings.Replace(times("a"), from, to, 1)}}}
		p := startOn(t, s)
		_, err := p.clinicSlots(t.Context(), Clinic{URLName: "acme north|1"}, "Illness")
		field := strings.Split(from, `"`)[1]
		if !Unreadable(err) || !strings.Contains(err.Error(), "getTimeSlots") || !strings.Contains(err.Error(), "scheduleDays[0].timeSlots[0]."+field) {
			t.Errorf("%s: %v", to, err)
		}
		if log := s.requests(logPath); len(log) != 1 || !strings.Contains(log[0].body, field) {
			t.Errorf("%s: log %v", to, log)
		}
	}
}

func TestAnAppThatIsRefusedItsTokenRepeatsOnceAndAPublicCallNever(t *testing.T) {
	s := &server{answers: map[string][]string{visitsPath: {"401 no"}, timesPath: {"401 no"}}}
	p := startOn(t, s)
	if _, err := p.Visits(t.Context()); !Refused(err, http.StatusUnauthorized, "no") {
		t.Errorf("own visits: %v", err)
	}
	tokens := []string{}
	for _, a := range s.requests(visitsPath) {
		tokens = append(tokens, a.header.Get("Authorization"))
	}
	if !slices.Equal(tokens, []string{"Bearer first", "Bearer second"}) {
		t.Errorf("tokens %v", tokens)
	}
	_, err := p.clinicSlots(t.Context(), Clinic{URLName: "acme north|1"}, "Illness")
	if !Refused(err, http.StatusUnauthorized, "no") || len(s.requests(timesPath)) != 1 {
		t.Errorf("a public call: %v, %d attempts", err, len(s.requests(timesPath)))
	}
}

func TestAnAppThatIsOfferedATakenSlotAgainComplains(t *testing.T) {
	for name, tt := range map[string]struct {
		lists []string
		want  error
		made  string
	}{
		"gone":      {[]string{times("a", "b"), times("b")}, nil, "b"},
		"still":     {[]string{times("a", "b"), times("b", "a")}, ErrStillOffered, "a"},
		"last slot": {[]string{times("a"), times()}, ErrNothingLeft, "a"},
	} {
		s := &server{answers: map[string][]string{timesPath: tt.lists, bookingPath: {`409 {"error":"SlotUnavailable"}`, `{"visitId":"v"}`}}}
		p := startOn(t, s)
		b, err := p.Book(t.Context(), clinicOf(t, p), Patient{GUID: "g"}, soonest)
		if !errors.Is(err, tt.want) || b.Slot.ID != tt.made || len(b.Late) != 1 {
			t.Errorf("%s: %+v (%v)", name, b, err)
		}
	}
}

func TestAnAppKeepsAnswersAsTheyAllow(t *testing.T) {
	for control, want := range map[string]struct {
		asked int
		tag   string // of the second time
	}{
		"public, no-cache": {2, `"t"`}, "max-age=60": {1, ""}, "no-store": {2, ""},
	} {
		s := &server{answers: map[string][]string{timesPath: {times("a")}}, header: http.Header{"Etag": {`"t"`}, "Cache-Control": {control}}}
		p := startOn(t, s)
		first, second := clinicOf(t, p), clinicOf(t, p)
		list := s.requests(timesPath)
		if len(list) != want.asked || list[len(list)-1].header.Get("If-None-Match") != want.tag || !second.Has("a") || !first.Has("a") {
			t.Errorf("%s: %d requests, tag %q", control, len(list), list[len(list)-1].header.Get("If-None-Match"))
		}
	}
}

func TestAPhoneWithoutABaseIsRefused(t *testing.T) {
	token := func() string { return "" }
	for _, o := range []Options{{}, {Base: "http://a/dexcare"}, {Base: "http://a/", Token: token}, {Base: "/dexcare", Token: token}} {
		if _, err := New(o); err == nil {
			t.Errorf("%q was accepted", o.Base)
		}
	}
}
