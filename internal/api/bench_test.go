package api

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"timeslots/internal/api/sample"
	"timeslots/internal/search"
)

// discard is a ResponseWriter that keeps headers only.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}

func BenchmarkCachedHit(b *testing.B) {
	for _, coding := range []string{"identity", "gzip"} {
		for _, slots := range []int{1, 38, 380} {
			s := newStand(b, func(o *Options) { o.Recorder = nil })
			s.engine.answer = func() *search.Answer { return sample.Slots(s.clock.Now(), slots) }
			size := s.get(ask).Body.Len()
			calls := s.engine.calls
			s.opt.Engine = settled{s.engine, view{}}
			b.Run(coding+"/"+strconv.Itoa(size)+"bytes", func(b *testing.B) {
				r := httptest.NewRequest(http.MethodGet, ask, nil)
				r.Header.Set("Accept-Encoding", coding)
				b.ReportAllocs()
				for b.Loop() {
					s.ServeHTTP(&discard{header: http.Header{}}, r)
				}
				if s.engine.calls != calls {
					b.Fatalf("%d searches", s.engine.calls)
				}
			})
		}
	}
}

// BenchmarkUnchanged is a hit whose client has the answer already (304).
func BenchmarkUnchanged(b *testing.B) {
	s := newStand(b, func(o *Options) { o.Recorder = nil })
	s.engine.answer = func() *search.Answer { return sample.Slots(s.clock.Now(), 38) }
	r := httptest.NewRequest(http.MethodGet, ask, nil)
	r.Header.Set("If-None-Match", s.get(ask).Header().Get("Etag"))
	s.opt.Engine = settled{s.engine, view{}}
	b.ReportAllocs()
	for b.Loop() {
		s.ServeHTTP(&discard{header: http.Header{}}, r)
	}
}
