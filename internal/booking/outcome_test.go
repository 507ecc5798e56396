package booking

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

func TestWhatEachAnswerMeansForTheSlot(t *testing.T) {
	gone := []Rule{{Status: 409, Text: "SlotUnavailable"}, {Status: 410, Text: "gone"}}
	for _, tc := range []struct {
		name    string
		status  int
		body    string
		taken   []Rule
		outcome string
		ledger  string
	}{
		{"booked", 200, "{}", nil, booked, "promote"},
		{"booked, no content", 204, "", nil, booked, "promote"},
		{"somebody else has it", 409, sample(t, "booking-409-slot-unavailable.assumed.json"), nil, slotUnavailable, "promote"},
		{"the bare word", 409, "SlotUnavailable", nil, slotUnavailable, "promote"},
		{"the word in a message", 409, `{"message":"SlotUnavailable: try another"}`, nil, slotUnavailable, "promote"},
		{"patient is busy then", 409, sample(t, "booking-409-double-booked.assumed.json"), nil, doubleBooked, "withdraw"},
		{"record system refused", 409, sample(t, "booking-409-unknown.assumed.json"), nil, conflict, "withdraw, stale"},
		{"conflict without a word", 409, "", nil, conflict, "withdraw, stale"},
		{"patient not linked", 400, sample(t, "booking-400-not-linked.assumed.json"), nil, rejected, "withdraw"},
		{"patient not found", 404, sample(t, "booking-404-patient.assumed.json"), nil, rejected, "withdraw"},
		{"token expired", 401, "", nil, rejected, "withdraw"},
		{"not on the panel", 412, "", nil, rejected, "withdraw"},
		{"account locked", 423, "", nil, rejected, "withdraw"},
		{"DexCare's own 432", 432, "SlotUnavailable", nil, rejected, "withdraw"},
		{"upstream broke", 500, "SlotUnavailable", nil, unknown, "suspect, stale"},
		{"upstream overloaded", 503, "", nil, unknown, "suspect, stale"},
		{"configured, with its word", 410, "the slot is gone", gone, slotUnavailable, "promote"},
		{"configured, without its word", 410, "no such visit", gone, rejected, "withdraw"},
		{"configured rules replace the default", 409, "SlotUnavailable", gone[1:], conflict, "withdraw, stale"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHouse(t, answering(t, tc.status, tc.body), func(o *Options) { o.Taken = tc.taken })
			h.known = map[string]timeslot.Claim{retailSlot: someOffer()}
			got := h.book(t, Retail(), someBooking)
			if got.status != tc.status || got.body != tc.body {
				t.Errorf("the client got %d %q", got.status, got.body)
			}
			want := append(strings.Split("pend, "+tc.ledger, ", "), "count flushot retail "+tc.outcome)
			if diff := cmp.Diff(want, h.told(append(bookWords, "count")...)); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}

func zipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.String()
}

func TestAConflictIsUnderstoodInTheCodingTheClientAskedFor(t *testing.T) {
	deflated := func(text string) string {
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		_, _ = io.WriteString(w, text)
		_ = w.Close()
		return b.String()
	}
	for _, tc := range []struct{ name, coding, body, outcome, ledger string }{
		{"gzip, taken", "gzip", zipped("SlotUnavailable"), slotUnavailable, "promote"},
		{"gzip, other", "gzip", zipped("UnknownAppointmentConflict"), conflict, "withdraw, stale"},
		{"deflate, taken", "deflate", deflated("SlotUnavailable"), slotUnavailable, "promote"},
		{"damaged gzip", "gzip", "no gzip at all", conflict, "suspect, stale"},
		{"cut gzip", "gzip", zipped("UnknownAppointmentConflict")[:20], conflict, "suspect, stale"},
		{"a bomb", "gzip", zipped(strings.Repeat("x", 10<<20)), conflict, "suspect, stale"},
		{"a coding we cannot read", "br", "\x0b\x02\x80", conflict, "suspect, stale"},
		{"longer than is read", "", strings.Repeat("x", 100<<10) + "SlotUnavailable", conflict, "suspect, stale"},
		{"long, the word early", "", "SlotUnavailable" + strings.Repeat("x", 100<<10), slotUnavailable, "promote"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHouse(t, newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
				if tc.coding != "" {
					w.Header().Set("Content-Encoding", tc.coding)
				}
				w.WriteHeader(http.StatusConflict)
				_, _ = io.WriteString(w, tc.body)
			}))
			h.known = map[string]timeslot.Claim{retailSlot: someOffer()}
			got := h.book(t, Retail(), someBooking, "Accept-Encoding: "+tc.coding)
			if got.status != http.StatusConflict || got.body != tc.body {
				t.Errorf("the client got %d and %d bytes, want 409 and %d", got.status, len(got.body), len(tc.body))
			}
			want := append(strings.Split("pend, "+tc.ledger, ", "), "count flushot retail "+tc.outcome)
			if diff := cmp.Diff(want, h.told(append(bookWords, "count")...)); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAConflictThatBreaksOffIsDoubtfulAndStillBreaksOff(t *testing.T) {
	h := newHouse(t, newUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(http.StatusConflict)
		_, _ = io.WriteString(w, `{"error":`)
	}))
	resp := h.begin(t)
	if body, err := io.ReadAll(resp.Body); resp.StatusCode != http.StatusConflict || err == nil {
		t.Errorf("the client read %d %q as if it were all", resp.StatusCode, body)
	}
	if diff := cmp.Diff([]string{"suspect"}, h.told("promote", "suspect", "withdraw")); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}
}

// diaryWriter notes when an answer begins.
type diaryWriter struct {
	*httptest.ResponseRecorder
	d *diary
}

func (w diaryWriter) WriteHeader(status int) {
	w.d.note("answer begins")
	w.ResponseRecorder.WriteHeader(status)
}

func TestTheLedgerIsToldBeforeUpstreamAndBeforeTheClient(t *testing.T) {
	for _, tc := range []struct {
		status int
		body   string
		ledger string
	}{
		{200, "{}", "promote"}, {409, "SlotUnavailable", "promote"}, {400, "", "withdraw"}, {500, "", "suspect"},
	} {
		d := &diary{}
		g := newGateway(t, d, newUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
			d.note("upstream asked")
			w.WriteHeader(tc.status)
			_, _ = io.WriteString(w, tc.body)
		}))
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(someBooking))
		r.Header.Set("Authorization", "Bearer t")
		g.Serve(diaryWriter{httptest.NewRecorder(), d}, r, Retail(), Call{})
		want := []string{"pend", "upstream asked", tc.ledger, "answer begins"}
		if diff := cmp.Diff(want, d.told("pend", "upstream", "promote", "withdraw", "suspect", "answer")); diff != "" {
			t.Errorf("status %d: order (-want +got):\n%s", tc.status, diff)
		}
	}
}

// A slot that the index does not know is hidden by its id alone, so that other surfaces may list it on: what is known
// of its place is made stale.
func TestTheClaimIsWhatTheIndexKnowsElseWhatTheBodySays(t *testing.T) {
	fetched := time.Date(2030, 3, 4, 12, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name   string
		route  Route
		body   string
		told   []string
		claims []timeslot.Claim
		ages   []string
	}{
		{
			"known", Retail(), sample(t, "retail-visit.v6.request.json"),
			[]string{"pend", "promote"}, []timeslot.Claim{someOffer(), someOffer()}, []string{"age flushot booked 42s"},
		}, {
			"unknown, clinic", Retail(),
			`{"visitDetails":{"slotId":"x","nationalProviderId":"1","ehrSystemName":"e","departmentId":"d"}}`,
			[]string{"pend", "promote", "stale"},
			slices.Repeat([]timeslot.Claim{{SlotID: "x", Identity: timeslot.Identity{EHRInstance: "e", DepartmentID: "d"}}}, 3), nil,
		}, {
			"unknown, clinician", Provider(), sample(t, "provider-booking.v7.request.json"),
			[]string{"pend", "promote", "stale"},
			slices.Repeat([]timeslot.Claim{{
				Identity: timeslot.Identity{EHRInstance: "org.acme.ehr.main", DepartmentID: "4100200410"},
				SlotID:   providerSlot, NPI: "9000000017",
			}}, 3), nil,
		}, {
			"no slot named", Provider(), `{"visitDetails":{"nationalProviderId":"1","departmentId":"d"}}`,
			[]string{"stale"},
			[]timeslot.Claim{{NPI: "1", Identity: timeslot.Identity{DepartmentID: "d"}}}, nil,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHouse(t, answering(t, 200, "{}"), func(o *Options) {
				o.Now = func() time.Time { return fetched.Add(42 * time.Second) }
			})
			h.known, h.offered = map[string]timeslot.Claim{retailSlot: someOffer()}, fetched
			h.book(t, tc.route, tc.body)
			if diff := cmp.Diff(tc.told, h.inBook()); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.claims, h.claims); diff != "" {
				t.Errorf("claims (-want +got):\n%s", diff)
			}
			for i, word := range tc.told {
				if want := "owner-1"; word != "stale" && h.owners[i] != want {
					t.Errorf("%s by %q, want %q", word, h.owners[i], want)
				}
			}
			if diff := cmp.Diff(tc.ages, h.told("age")); diff != "" {
				t.Errorf("ages (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAFaultInTheLedgerDoesNotTouchTheBooking(t *testing.T) {
	h := newHouse(t, answering(t, 200, `{"visitId":"v"}`))
	h.promote = func() { panic("the ledger is broken") }
	if got := h.book(t, Retail(), someBooking); got.status != 200 || got.body != `{"visitId":"v"}` {
		t.Errorf("the client got %d %q", got.status, got.body)
	}
	if !strings.Contains(h.logs.String(), "bookkeeping panicked") {
		t.Error("nobody was told")
	}
}
