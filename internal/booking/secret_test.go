package booking

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestNothingOfThePatientIsWrittenAnywhere(t *testing.T) {
	const canary = "CANARY"
	body := `{"patient":{"email":"CANARY@example.org"},"visitDetails":{"slotId":"CANARY-slot","visitReason":"CANARY"}}`
	upstreams := map[string]string{
		"booked":      answering(t, 200, `{"visitId":"CANARY"}`),
		"taken":       answering(t, 409, `SlotUnavailable CANARY`),
		"refused":     answering(t, 400, `CANARY`),
		"broke":       answering(t, 500, `CANARY`),
		"hangs":       hanging(t),
		"unreachable": "http://127.0.0.1:1",
		"breaks off": newUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, canary)
		}),
	}
	for name, base := range upstreams {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, base, func(o *Options) { o.Timeout, o.APIKey = 100*time.Millisecond, "CANARY-key" })
			h.promote = func() { panic(body) }
			r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+"/?q=CANARY", strings.NewReader(body))
			r.Header.Set("Authorization", "Bearer CANARY-token")
			resp, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = resp.Body.Close() }()
			answer, _ := io.ReadAll(resp.Body)
			if resp.Header.Get("Cache-Control") != "private, no-store" {
				t.Errorf("Cache-Control %q", resp.Header.Get("Cache-Control"))
			}
			if resp.Header.Get("Content-Type") == "application/json" && strings.Contains(string(answer), canary) {
				t.Errorf("our own answer repeats the patient: %s", answer)
			}
			logs := h.logs.String()
			if strings.Contains(logs, canary) {
				t.Errorf("logged: %s", logs)
			}
			if n := strings.Count(logs, `"msg":"booking"`); n != 1 {
				t.Errorf("%d log lines for one booking: %s", n, logs)
			}
		})
	}
}

func TestNoCallWritesDownWhatItCarries(t *testing.T) {
	const canary = "CANARY"
	upstreams := map[string]string{
		"done":        answering(t, 200, `{"visitId":"CANARY"}`),
		"refused":     answering(t, 409, `CANARY`),
		"broke":       answering(t, 500, `CANARY`),
		"unreachable": "http://127.0.0.1:1",
	}
	for name, base := range upstreams {
		h := newHouse(t, base, func(o *Options) {
			o.APIKey, o.SlotsKey, o.CareOptionsKey, o.PartnerKeys = "CANARY-a", "CANARY-s", "CANARY-o", []string{"CANARY-p"}
		})
		for _, route := range Routes() {
			route.Path = strings.Replace(route.Path, ":visitId", "CANARY-visit", 1)
			for _, key := range []string{"CANARY-p", "CANARY-x"} {
				got := h.book(t, route, `{"npi":"CANARY","visitDetails":{"slotId":"CANARY"}}`,
					"Authorization: Bearer CANARY", "X-Api-Key: "+key, "Idempotency-Key: CANARY-"+key)
				if strings.HasPrefix(got.header.Get("Content-Type"), "application/json") && strings.Contains(got.body, canary) {
					t.Errorf("%s, %s: our own answer repeats it: %s", name, route.Path, got.body)
				}
			}
		}
		if logs := h.logs.String(); strings.Contains(logs, canary) || strings.Count(logs, "\n") != 2*len(Routes()) {
			t.Errorf("%s: logged: %s", name, logs)
		}
		if text := fmt.Sprintf("%+v %#v", &h.gateway.attempts, h.gateway.keys); strings.Contains(text, canary) {
			t.Errorf("%s: remembered: %s", name, text)
		}
	}
}

func TestTheLogLineHoldsTheseFieldsAndNoOthers(t *testing.T) {
	h := newHouse(t, answering(t, 200, "{}"))
	h.book(t, Retail(), someBooking)
	var line map[string]any
	if err := json.Unmarshal([]byte(h.logs.String()), &line); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"level": "INFO", "msg": "booking", "route": "/api/6/visits/retail", "status": 200.0, "outcome": "booked",
		"correlationId": "corr-1", "product": "flushot",
	}
	for name, value := range want {
		if line[name] != value {
			t.Errorf("%s is %v, want %v", name, line[name], value)
		}
	}
	if len(line) != len(want)+2 { // time, duration
		t.Errorf("the line has more: %v", line)
	}
}

func TestSealedBytesDoNotShow(t *testing.T) {
	s := sealed{[]byte("CANARY")}
	wrapped := struct{ Body sealed }{s}
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
		fmt.Fprintf(&out, verb+" "+verb+" "+verb+"\n", s, &s, wrapped)
	}
	text, err := json.Marshal(wrapped)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(text)
	out.WriteString(s.String())
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "body", s, "wrapped", wrapped)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "body", s, "wrapped", wrapped)
	for _, form := range []string{"CANARY", fmt.Sprintf("%x", "CANARY"), fmt.Sprintf("%X", "CANARY"), fmt.Sprint([]byte("CANARY"))} {
		if strings.Contains(out.String(), form) {
			t.Errorf("%q shows in:\n%s", form, out.String())
		}
	}
}
