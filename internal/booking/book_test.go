package booking

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

func TestWhereAClinicsTimeTakesSeveralABookingProvesNothing(t *testing.T) {
	for _, tc := range []struct {
		name   string
		route  Route
		status int
		body   string
		want   []string
	}{
		{"booked", Retail(), 200, "{}", []string{"pend", "fence", "withdraw"}},
		{"somebody else had the last place", Retail(), 409, "SlotUnavailable", []string{"pend", "promote"}},
		{"nobody knows", Retail(), 500, "", []string{"pend", "suspect", "stale"}},
		{"one clinician has one place", Provider(), 200, "{}", []string{"pend", "promote"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHouse(t, answering(t, tc.status, tc.body), func(o *Options) { o.CapacityMany = true })
			h.known = map[string]timeslot.Claim{retailSlot: someOffer()}
			h.book(t, tc.route, someBooking)
			if diff := cmp.Diff(tc.want, h.inBook()); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}

// A replica that Redis is out of reach for may be the only one. Then the others offer the slot for a while, and the
// client that booked it is told. With capacity many it is the fence that the others lack.
func TestABookingThatOtherReplicasWereNotToldOfSaysSo(t *testing.T) {
	for _, many := range []bool{false, true} {
		for _, cutOff := range []bool{false, true} {
			h := newHouse(t, answering(t, http.StatusOK, "{}"), func(o *Options) { o.CapacityMany = many })
			h.known, h.cutOff = map[string]timeslot.Claim{retailSlot: someOffer()}, cutOff
			got := h.book(t, Retail(), someBooking)
			want := map[bool]string{true: "best-effort"}[cutOff]
			if said := got.header.Get("Timeslots-Consistency"); got.status != http.StatusOK || said != want {
				t.Errorf("capacity many %t, cut off %t: %d, Timeslots-Consistency: %q, want %q", many, cutOff, got.status, said, want)
			}
		}
	}
}

func TestWhatTheHealthSystemSaysIsEntered(t *testing.T) {
	timeless := `{"npi":"9000000017","departmentId":"4100200410","visitTypeId":"7203","ehrInstance":"org.acme.ehr.main"}`
	for _, tc := range []struct {
		name, path, body string
		status           int
		want             []string
	}{
		{"taken", "taken", sample(t, "slot-taken.v5.request.json"), 204, []string{"promote"}},
		{"taken, some time", "taken", timeless, 204, []string{"stale"}},
		{"taken, refused", "taken", sample(t, "slot-taken.v5.request.json"), 400, nil},
		{"taken, nobody knows", "taken", sample(t, "slot-taken.v5.request.json"), 500, []string{"stale"}},
		{"released", "released", sample(t, "slot-released.v5.request.json"), 204, []string{"release", "stale"}},
		{"released, some time", "released", timeless, 204, []string{"stale"}},
		{"released, refused", "released", sample(t, "slot-released.v5.request.json"), 401, nil},
		{"released, nobody knows", "released", sample(t, "slot-released.v5.request.json"), 500, []string{"stale"}},
		{"about nothing", "released", "{}", 204, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHouse(t, answering(t, tc.status, ""))
			got := h.book(t, routeOf(t, http.MethodPost, "/v5/slots/slot-"+tc.path), tc.body, "X-Api-Key: partner-key")
			if got.status != tc.status {
				t.Errorf("status %d, want %d", got.status, tc.status)
			}
			if diff := cmp.Diff(tc.want, h.inBook()); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
			for _, c := range h.claims {
				if tc.body != timeless && c != eventClaim(sealed{[]byte(tc.body)}) || c.NPI == "" {
					t.Errorf("claim %+v", c)
				}
			}
			if told := h.told("count"); len(told) != 0 {
				t.Errorf("counted as bookings: %v", told)
			}
		})
	}
}

// clinic answers bookings with a visit and anything else with cancelled.
func clinic(t *testing.T, header http.Header, visit string, cancelled int) string {
	return newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/cancel/") {
			w.WriteHeader(cancelled)
			return
		}
		for name := range header {
			w.Header().Set(name, header.Get(name))
		}
		_, _ = io.WriteString(w, visit)
	})
}

func TestACancelledVisitGivesItsSlotBack(t *testing.T) {
	cancel := routeOf(t, http.MethodPost, "/api/6/visits/retail/cancel/:visitId")
	for _, tc := range []struct {
		name      string
		header    http.Header
		answer    string
		cancelled int
		want      []string // after the booking
	}{
		{"plain", nil, sample(t, "retail-visit.v6.response.json"), 200, []string{"release", "stale"}},
		{"without content", nil, sample(t, "retail-visit.v6.response.json"), 204, []string{"release", "stale"}},
		{"compressed", http.Header{"Content-Encoding": {"gzip"}}, zipped(sample(t, "retail-visit.v6.response.json")), 200, []string{"release", "stale"}},
		{"behind much else", nil, `{"x":"` + strings.Repeat("x", 60<<10) + `","visitId":"` + someVisit + `"}`, 200, []string{"release", "stale"}},
		{"behind too much", nil, `{"x":"` + strings.Repeat("x", 70<<10) + `","visitId":"` + someVisit + `"}`, 200, nil},
		{"another visit", nil, `{"visitId":"another"}`, 200, nil},
		{"refused", nil, sample(t, "retail-visit.v6.response.json"), 404, nil},
		{"nobody knows", nil, sample(t, "retail-visit.v6.response.json"), 500, []string{"stale"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHouse(t, clinic(t, tc.header, tc.answer, tc.cancelled))
			h.known = map[string]timeslot.Claim{retailSlot: someOffer()}
			if got := h.book(t, Retail(), someBooking, "Accept-Encoding: gzip"); got.status != 200 || got.body != tc.answer {
				t.Fatalf("booking: %d, %d bytes", got.status, len(got.body))
			}
			for range 2 { // the second cancellation must not lift the mark of another booking in between
				if got := h.book(t, cancel, sample(t, "retail-cancel.v6.request.json")); got.status != tc.cancelled {
					t.Fatalf("cancelling: %d %s", got.status, got.body)
				}
			}
			want := append([]string{"pend", "promote"}, tc.want...)
			if tc.cancelled == 500 {
				want = append(want, "stale")
			}
			if diff := cmp.Diff(want, h.inBook()); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
			for _, c := range h.claims {
				if c != someOffer() {
					t.Errorf("claim %+v", c)
				}
			}
		})
	}
}

func TestWhoHasReadTheVisitsIdCanCancelAtOnce(t *testing.T) {
	end := make(chan struct{})
	base := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/cancel/") {
			return
		}
		for _, part := range []string{`{"visitId":`, `"v-1",`} {
			_, _ = io.WriteString(w, part)
			_ = http.NewResponseController(w).Flush()
		}
		<-end
	})
	h := newHouse(t, base)
	h.known = map[string]timeslot.Claim{retailSlot: someOffer()}
	resp := h.begin(t)
	defer close(end)
	if _, err := io.ReadFull(resp.Body, make([]byte, len(`{"visitId":"v-1"`))); err != nil {
		t.Fatal(err)
	}
	cancel, _ := http.NewRequestWithContext(t.Context(), http.MethodPost,
		h.url+"/dexcare/api/6/visits/retail/cancel/v-1", strings.NewReader("{}"))
	cancel.Header.Set("Authorization", "Bearer t")
	do(t, cancel)
	if diff := cmp.Diff([]string{"pend", "promote", "release", "stale"}, h.inBook()); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

// An answer that comes byte by byte must not be read anew for each of them.
func TestAnAnswerThatDripsIsLookedAtAFewTimes(t *testing.T) {
	looks := 0
	body := `{"x":"` + strings.Repeat("x", 10_000) + `","visitId":"v"}`
	l := &listener{
		ReadCloser: io.NopCloser(dripping{strings.NewReader(body)}),
		hear:       func(text []byte) bool { looks++; return visitIDIn(text) == "v" },
	}
	if got, err := io.ReadAll(l); err != nil || string(got) != body {
		t.Fatalf("read %d bytes, %v", len(got), err)
	}
	if looks > eagerLooks+1 || !l.done || l.heard != nil {
		t.Errorf("%d looks, done %t", looks, l.done)
	}
}

// dripping gives one byte at a time.
type dripping struct{ io.Reader }

func (r dripping) Read(p []byte) (int, error) { return r.Reader.Read(p[:1]) }
