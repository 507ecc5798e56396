package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"timeslots/internal/api/sample"
	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

const checking = "POST /v1/timeslots/check"

const chosen = `{"npi":"9000000017","departmentIdentifier":"e|1","visitTypeName":"Illness","slotDateTime":"2030-03-08T09:00:00-08:00"}`

// checkStand answers checks with one slot of each status.
func checkStand(t testing.TB) *stand {
	s := newStand(t, nil)
	s.engine.checked = func(asked search.Check) *search.Checked {
		now, listed := s.clock.Now(), sample.Answer(s.clock.Now())
		out := &search.Checked{AsOf: now, Strict: true, Providers: listed.Providers, Departments: listed.Departments, Reports: listed.Reports}
		for i := range asked.Choices {
			v := search.Verdict{ID: "q0Z3n7m1XyPLtW4a", Status: search.SlotUnknown, CheckedAt: now, Reason: timeslot.KindOpen}
			switch i {
			case 0:
				v = search.Verdict{ID: listed.Slots[0].PublicID(), Status: search.SlotAvailable, CheckedAt: now, Offer: &listed.Slots[0]}
			case 1:
				v.Status, v.Reason, v.Alternatives = search.SlotTaken, "", []timeslot.Offer{}
			case 2:
				v.Status, v.Reason, v.Alternatives = search.SlotGone, "", listed.Slots[:1]
			}
			out.Verdicts = append(out.Verdicts, v)
		}
		return out
	}
	return s
}

func (s *stand) ask(target, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, target, strings.NewReader(body)))
	return w
}

func slotsBody(slots ...string) string { return `{"slots":[` + strings.Join(slots, ",") + `]}` }

func TestAChecksAnswerIsAsTheDocumentSaysAndKeptByNobody(t *testing.T) {
	s := checkStand(t)
	w := s.ask(routeCheck+"?product=flushot&alternatives=3&userTimezone=America/New_York", slotsBody(chosen, chosen, chosen, chosen))
	if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d, Cache-Control %q: %s", w.Code, w.Header().Get("Cache-Control"), w.Body)
	}
	s.document(t).check(t, checking, w)
	var answer struct {
		Slots []struct{ ID, Status, Reason string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(answer.Slots); !strings.Contains(got, " available } {q0Z3n7m1XyPLtW4a taken } {q0Z3n7m1XyPLtW4a gone } {q0Z3n7m1XyPLtW4a unknown open}") {
		t.Errorf("slots %s", got)
	}
	if !strings.Contains(w.Body.String(), `-05:00","duration"`) {
		t.Errorf("times are not in the zone that was asked for: %s", w.Body)
	}
	want := timeslot.Choice{NPI: "9000000017", DepartmentKey: "e|1", VisitTypeName: "Illness", Start: start.Unix(), Day: timeslot.DateOf(start)}
	if got := s.engine.asked; got.Alternatives != 3 || got.Choices[3] != want || s.engine.caller.Budget != 2*time.Second || s.engine.caller.Product != "flushot" {
		t.Errorf("asked %+v as %+v", got, s.engine.caller)
	}
	if got := s.notes.requests; got[0] != "flushot "+routeCheck+" OK hit" {
		t.Errorf("recorded as %q, want a hit: nobody waited for upstream", got)
	}
	if again := s.ask(routeCheck, slotsBody(chosen)); again.Code != http.StatusOK || s.engine.calls != 2 {
		t.Errorf("%d, %d checks; want each asked anew", again.Code, s.engine.calls)
	}
}

func TestWhatIsWrongWithACheckIsNamed(t *testing.T) {
	change := func(old, new string) string { return slotsBody(chosen, strings.Replace(chosen, old, new, 1)) }
	long := strings.Repeat(" ", 16<<10)
	for name, tt := range map[string]struct{ query, body, parameter string }{
		"no body":                   {"", "", "body"},
		"no object":                 {"", `[]`, "body"},
		"cut":                       {"", `{"slots":[`, "body"},
		"more after it":             {"", slotsBody(chosen) + "{}", "body"},
		"too large":                 {"", slotsBody(chosen) + long, "body"},
		"slots twice":               {"", `{"slots":[],"slots":[` + chosen + `]}`, "body"},
		"no slots":                  {"", `{}`, "slots"},
		"an empty list":             {"", slotsBody(), "slots"},
		"too many":                  {"", slotsBody(strings.Split(strings.Repeat(chosen+"\n", 21), "\n")[:21]...), "slots"},
		"no list":                   {"", `{"slots":{}}`, "slots"},
		"another field":             {"", `{"slots":[` + chosen + `],"patient":{}}`, "patient"},
		"a slot that is none":       {"", slotsBody(chosen, `7`), "slots[1]"},
		"a bad npi":                 {"", change("9000000017", "123"), "slots[1].npi"},
		"an npi that is a number":   {"", change(`"9000000017"`, "9000000017"), "slots[1].npi"},
		"no npi":                    {"", change(`"npi":"9000000017",`, ""), "slots[1].npi"},
		"null":                      {"", change(`"9000000017"`, "null"), "slots[1].npi"},
		"a bad department":          {"", change("e|1", "e"), "slots[1].departmentIdentifier"},
		"no department":             {"", change(`"departmentIdentifier":"e|1",`, ""), "slots[1].departmentIdentifier"},
		"a bad URL name":            {"", change(`"departmentIdentifier":"e|1"`, `"departmentUrlName":"../x"`), "slots[1].departmentUrlName"},
		"no visit type":             {"", change(`"visitTypeName":"Illness",`, ""), "slots[1].visitTypeName"},
		"an empty visit type":       {"", change(`"visitTypeName":"Illness"`, `"visitTypeId":""`), "slots[1].visitTypeId"},
		"no offset":                 {"", change("09:00:00-08:00", "09:00:00"), "slots[1].slotDateTime"},
		"no such day":               {"", change("2030-03-08", "2030-02-30"), "slots[1].slotDateTime"},
		"before there was time":     {"", change("2030-03-08", "1901-03-08"), "slots[1].slotDateTime"},
		"a bad id":                  {"", change(`"npi"`, `"id":"x","npi"`), "slots[1].id"},
		"an unknown field":          {"", change(`"npi"`, `"duration":20,"npi"`), "slots[1].duration"},
		"a field twice":             {"", change(`"npi"`, `"npi":"9000000017","npi"`), "slots[1]"},
		"an unknown parameter":      {"?limit=3", slotsBody(chosen), "limit"},
		"too many alternatives":     {"?alternatives=11", slotsBody(chosen), "alternatives"},
		"less than no alternatives": {"?alternatives=-1", slotsBody(chosen), "alternatives"},
		"a bad zone":                {"?userTimezone=Mars/Base", slotsBody(chosen), "userTimezone"},
		"two products":              {"?product=a&product=b", slotsBody(chosen), "product"},
	} {
		t.Run(name, func(t *testing.T) {
			s := checkStand(t)
			w := s.ask(routeCheck+tt.query, tt.body)
			if w.Code != http.StatusBadRequest || s.engine.calls != 0 {
				t.Fatalf("%d %s after %d checks, want 400 and none", w.Code, w.Body, s.engine.calls)
			}
			if p := problemIn(t, w); len(p.Errors) != 1 || p.Errors[0].Parameter != tt.parameter || p.Errors[0].Fix == "" {
				t.Errorf("errors %+v, want one about %s with its fix", p.Errors, tt.parameter)
			}
			if got := w.Header().Get("Cache-Control"); got != "no-store" {
				t.Errorf("Cache-Control %q", got)
			}
			s.document(t).check(t, checking, w)
		})
	}
}

func TestACheckOfAProductThatIsSwitchedOffIsRefused(t *testing.T) {
	s := newStand(t, func(o *Options) { o.Off = func(string) bool { return true } })
	if w := s.ask(routeCheck, slotsBody(chosen)); w.Code != http.StatusServiceUnavailable || s.engine.calls != 0 {
		t.Errorf("%d after %d checks, want 503 and none", w.Code, s.engine.calls)
	}
}

func TestAnotherMethodThanPOSTIsToldSo(t *testing.T) {
	s := checkStand(t)
	if w := s.get(routeCheck); w.Code != http.StatusMethodNotAllowed || !strings.Contains(w.Header().Get("Allow"), http.MethodPost) {
		t.Errorf("%d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
}

func FuzzCheck(f *testing.F) {
	s := checkStand(f)
	for _, seed := range []string{slotsBody(chosen), slotsBody(chosen, chosen), `{"slots":[{"npi":1}]}`, `{"slots":`, `[]`, "", `{"slots":[null]}`, `{"a":{"b":[1]}}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		w := s.ask(routeCheck, body)
		switch w.Code {
		case http.StatusOK:
			if asked := s.engine.asked.Choices; len(asked) == 0 || len(asked) > 20 {
				t.Errorf("%q: %d slots were looked for", body, len(asked))
			}
		case http.StatusBadRequest:
			if p := problemIn(t, w); len(p.Errors) == 0 {
				t.Errorf("%q: refused without saying why", body)
			}
		default:
			t.Errorf("%q: %d", body, w.Code)
		}
		if !json.Valid(bytes.TrimSpace(w.Body.Bytes())) {
			t.Errorf("%q: the answer is no JSON: %s", body, w.Body)
		}
	})
}
