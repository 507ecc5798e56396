package encode

import (
	"net/url"
	"strconv"
	"testing"
	"time"

	"timeslots/internal/api/sample"
	"timeslots/internal/timeslot"
)

func BenchmarkEncode(b *testing.B) {
	encoder, err := New(LinkOptions{}, nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, slots := range []int{10, 100, 500} {
		a := sample.Slots(sample.Start.Add(-24*time.Hour), slots)
		b.Run(strconv.Itoa(slots)+"slots", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if len(encoder.List(&timeslot.Query{}, a)) == 0 {
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
	offer := sample.Answer(sample.Start).Slots[0]
	b.Run("first", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if fix(l.templateFor(&offer), offer.Schedule, "AcmeRiverton", l.brand) == nil {
				b.Fatal("no link")
			}
		}
	})
	b.Run("next", func(b *testing.B) {
		link, buffer := fix(l.templateFor(&offer), offer.Schedule, "AcmeRiverton", l.brand), make([]byte, 0, 512)
		b.ReportAllocs()
		for b.Loop() {
			if len(link.append(buffer, offer.Start, int(offer.Offset))) == 0 {
				b.Fatal("no link")
			}
		}
	})
}
