package booking

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"net/http/httptest"
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
		{"record system refused", 409, sample(t, "booking-409-unknown.assumed.json"), nil, conflict, "withdraw"},
		{"conflict without a word", 409, "", nil, conflict, "withdraw"},
		{"patient not linked", 400, sample(t, "booking-400-not-linked.assumed.json"), nil, rejected, "withdraw"},
		{"patient not found", 404, sample(t, "booking-404-patient.assumed.json"), nil, rejected, "withdraw"},
		{"token expired", 401, "", nil, rejected, "withdraw"},
		{"not on the panel", 412, "", nil, rejected, "withdraw"},
		{"account locked", 423, "", nil, rejected, "withdraw"},
		{"DexCare's own 432", 432, "SlotUnavailable", nil, rejected, "withdraw"},
		{"upstream broke", 500, "SlotUnavailable", nil, unknown, "suspect"},
		{"upstream overloaded", 503, "", nil, unknown, "suspect"},
		{"configured, with its word", 410, "the slot is gone", gone, slotUnavailable, "promote"},
		{"configured, without its word", 410, "no such visit", gone, rejected, "withdraw"},
		{"configured rules replace the default", 409, "SlotUnavailable", gone[1:], conflict, "withdraw"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHouse(t, answering(t, tc.status, tc.body), func(o *Options) { o.Taken = tc.taken })
			got := h.book(t, Retail(), someBooking)
			if got.status != tc.status || got.body != tc.body {
				t.Errorf("the client got %d %q", got.status, got.body)
			}
			want := []string{"pend", tc.ledger, "count flushot retail " + tc.outcome}
			if diff := cmp.Diff(want, h.told("pend", "promote", "withdraw", "suspect", "count")); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAConflictIsUnderstoodInTheCodingTheClientAskedFor(t *testing.T) {
	zipped := func(text string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = io.WriteString(w, text)
		_ = w.Close()
		return b.String()
	}
	deflated := func(text string) string {
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		_, _ = io.WriteString(w, text)
		_ = w.Close()
		return b.String()
	}
	for _, tc := range []struct{ name, coding, body, outcome, ledger string }{
		{"gzip, taken", "gzip", zipped("SlotUnavailable"), slotUnavailable, "promote"},
		{"gzip, other", "gzip", zipped("UnknownAppointmentConflict"), conflict, "withdraw"},
		{"deflate, taken", "deflate", deflated("SlotUnavailable"), slotUnavailable, "promote"},
		{"damaged gzip", "gzip", "no gzip at all", conflict, "suspect"},
		{"cut gzip", "gzip", zipped("UnknownAppointmentConflict")[:20], conflict, "suspect"},
		{"a bomb", "gzip", zipped(strings.Repeat("x", 10<<20)), conflict, "suspect"},
		{"a coding we cannot read", "br", "\x0b\x02\x80", conflict, "suspect"},
		{"longer than is read", "", strings.Repeat("x", 100<<10) + "SlotUnavailable", conflict, "suspect"},
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
			got := h.book(t, Retail(), someBooking, "Accept-Encoding: "+tc.coding)
			if got.status != http.StatusConflict || got.body != tc.body {
				t.Errorf("the client got %d and %d bytes, want 409 and %d", got.status, len(got.body), len(tc.body))
			}
			want := []string{tc.ledger, "count flushot retail " + tc.outcome}
			if diff := cmp.Diff(want, h.told("promote", "withdraw", "suspect", "count")); diff != "" {
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
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url, strings.NewReader(someBooking))
	r.Header.Set("Authorization", "Bearer t")
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
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

func TestTheClaimIsWhatTheIndexKnowsElseWhatTheBodySays(t *testing.T) {
	fetched := time.Date(2030, 3, 4, 12, 0, 0, 0, time.UTC)
	offer := timeslot.Claim{
		Identity: timeslot.Identity{EHRInstance: "e", DepartmentID: "d", Clinician: "9000000017", VisitTypeID: "v", Start: 1},
		SlotID:   retailSlot, NPI: "9000000017", Duration: 20,
	}
	for _, tc := range []struct {
		name  string
		route Route
		body  string
		want  timeslot.Claim
		ages  []string
	}{
		{"known", Retail(), sample(t, "retail-visit.v6.request.json"), offer, []string{"age flushot booked 42s"}},
		{"unknown, clinic", Retail(), `{"visitDetails":{"slotId":"x","nationalProviderId":"1"}}`, timeslot.Claim{SlotID: "x"}, nil},
		{"unknown, clinician", Provider(), sample(t, "provider-booking.v7.request.json"),
			timeslot.Claim{SlotID: providerSlot, NPI: "9000000017"}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHouse(t, answering(t, 200, "{}"), func(o *Options) {
				o.Now = func() time.Time { return fetched.Add(42 * time.Second) }
			})
			h.known, h.offered = map[string]timeslot.Claim{retailSlot: offer}, fetched
			h.book(t, tc.route, tc.body)
			if diff := cmp.Diff([]timeslot.Claim{tc.want, tc.want}, h.claims); diff != "" {
				t.Errorf("claims (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"owner-1", "owner-1"}, h.owners); diff != "" {
				t.Errorf("owners (-want +got):\n%s", diff)
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
