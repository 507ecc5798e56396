package acme

import (
	"net/http/httptest"
	"testing"
)

func BenchmarkAnswers(b *testing.B) {
	for _, surface := range []struct{ name, target string }{
		{"care direct", "/v2/departments/AcmeRiverton/timeslots"},
		{"v5 of four weeks", "/v5/providers/9000000017/timeslots?startDate=2030-03-04&endDate=2030-03-31"},
		{"v5 of ninety days", "/v5/providers/9000000017/timeslots"},
		{"v4 of four weeks", "/v4/providers/9000000108/timeslots?startDate=2030-03-04&endDate=2030-03-31"},
		{"care options of a week", "/v1/availability/slots?latitude=47.61&longitude=-122.33&radius=25&daysOfSlots=7"},
		{"care options of four weeks", "/v1/availability/slots?latitude=47.61&longitude=-122.33&radius=25&daysOfSlots=28&endDate=2030-03-31&startDate=2030-03-04"},
		{"departments", "/v4/departments"},
	} {
		b.Run(surface.name, func(b *testing.B) {
			tenant := newTenant(b)
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				tenant.ServeHTTP(w, keyed(httptest.NewRequest("GET", surface.target, nil)))
				b.SetBytes(int64(w.Body.Len()))
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		newTenant(b)
	}
}
