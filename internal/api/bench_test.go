package api

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"

	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// discard is a ResponseWriter that keeps headers only.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}

// answerOf has n slots of one schedule; 38 of them make about 20 KB.
func answerOf(s *stand, n int) *search.Answer {
	a := sampleAnswer(s.clock.Now())
	first := a.Slots[0]
	a.Slots, a.Total = nil, n
	for i := range n {
		offer := first
		offer.Start += int64(i) * 1200
		a.Slots = append(a.Slots, offer)
	}
	a.FreshUntil = s.clock.Now().AddDate(1, 0, 0)
	a.FirstStart = first.Start
	return a
}

func BenchmarkCachedHit(b *testing.B) {
	for _, coding := range []string{"identity", "gzip"} {
		for _, slots := range []int{1, 38, 380} {
			s := newStand(b, func(o *Options) { o.Recorder = nil })
			s.engine.answer = func() *search.Answer { return answerOf(s, slots) }
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
	s.engine.answer = func() *search.Answer { return answerOf(s, 38) }
	r := httptest.NewRequest(http.MethodGet, ask, nil)
	r.Header.Set("If-None-Match", s.get(ask).Header().Get("Etag"))
	s.opt.Engine = settled{s.engine, view{}}
	b.ReportAllocs()
	for b.Loop() {
		s.ServeHTTP(&discard{header: http.Header{}}, r)
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, slots := range []int{10, 100, 500} {
		s := newStand(b, nil)
		a := answerOf(s, slots)
		b.Run(strconv.Itoa(slots)+"slots", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if len(s.encode(&timeslot.Query{}, a)) == 0 {
					b.Fatal("nothing")
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*slots), "ns/slot")
		})
	}
}

// BenchmarkLink writes the link of one slot more, the schedule of which had one before, as nearly all of an answer have.
func BenchmarkLink(b *testing.B) {
	base, err := url.Parse("https://scheduling.care.example.org")
	if err != nil {
		b.Fatal(err)
	}
	l, err := newLinks(LinkOptions{Base: base, Brand: "acme", Retail: timeslot.DefaultRetailLink})
	if err != nil {
		b.Fatal(err)
	}
	offer := sampleAnswer(start).Slots[0]
	b.Run("first", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if fix(l.of(&offer), offer.Schedule, "AcmeRiverton", l.brand) == nil {
				b.Fatal("no link")
			}
		}
	})
	b.Run("next", func(b *testing.B) {
		link, buffer := fix(l.of(&offer), offer.Schedule, "AcmeRiverton", l.brand), make([]byte, 0, 512)
		b.ReportAllocs()
		for b.Loop() {
			if len(link.append(buffer, offer.Start, int(offer.Offset))) == 0 {
				b.Fatal("no link")
			}
		}
	})
}
