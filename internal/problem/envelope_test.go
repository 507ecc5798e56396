package problem

import (
	"net/http/httptest"
	"testing"
)

// An app of DexCare's reads what its surface declares, and would take a problem document for nothing at all.
func TestARefusalInDexCaresPlaceIsWrittenAsItsSurfaceWritesThem(t *testing.T) {
	for name, tt := range map[string]struct {
		path    string
		problem Document
		body    string
	}{
		"no token":                  {"/api/6/visits/retail", Document{Status: 401, Detail: "d", Challenge: "Bearer"}, `{"error":"Unauthorized"}`},
		"no key, of a guest":        {"/v1/booking/queued-guest-visit", Document{Status: 401, Detail: "d"}, `{"code":"APIKEY_INVALID_OR_MISSING","error":"Unauthorized"}`},
		"no key, of an event":       {"/v5/slots/slot-taken", Document{Status: 401, Detail: "d"}, `{"message":"API key is not valid","status":401}`},
		"no token, of a report":     {"/api/8/reporting/x", Document{Status: 401, Detail: "d"}, `{"message":"Unauthorized"}`},
		"too large":                 {"/v1/availability/slots", Document{Status: 413, Detail: "too large"}, `{"errorCode":41301,"message":"too large"}`},
		"bad, of Care Options":      {"/v1/availability/providers", Document{Status: 400, Detail: "d"}, `{"errorCode":40001,"message":"d"}`},
		"bad, of slots":             {"/v5/slots/search", Document{Status: 400, Detail: "d"}, `{"errorCode":500201,"message":"d"}`},
		"encoded, of a guest":       {"/v1/booking/queued-guest-visit", Document{Status: 415, Detail: "d"}, `{"code":"OPENAPI_VALIDATION_ERROR","error":"d"}`},
		"no answer, of a guest":     {"/v1/booking/queued-guest-visit", Document{Status: 504, Detail: "d", Outcome: "unknown"}, `{"error":"d","outcome":"unknown"}`},
		"failed":                    {"/v4/departments", Document{Status: 502, Detail: "d"}, `{"error":"d"}`},
		"without words":             {"/v4/departments", Document{Status: 503}, `{"error":"Service Unavailable"}`},
		"used before":               {"/api/6/visits/retail", Document{Status: 409, Detail: "d", Outcome: "already-submitted", FirstStatus: 200}, `{"error":"d","outcome":"already-submitted","firstStatus":200}`},
		"a name like that of /v5/…": {"/v55/x", Document{Status: 400, Detail: "d"}, `{"error":"d"}`},
	} {
		t.Run(name, func(t *testing.T) {
			tt.problem.Envelope, tt.problem.Personal, tt.problem.CorrelationID = EnvelopeAt(tt.path), true, "c"
			w := httptest.NewRecorder()
			tt.problem.Write(w)
			if w.Code != tt.problem.Status || w.Body.String() != tt.body || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("%d %v %s, want %s", w.Code, w.Header(), w.Body, tt.body)
			}
			if w.Header().Get("Cache-Control") != "private, no-store" || w.Header().Get("WWW-Authenticate") != tt.problem.Challenge {
				t.Errorf("%v", w.Header())
			}
		})
	}
}
