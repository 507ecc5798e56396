package merge_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"
)

// BenchmarkMerge sweeps how many fragments an answer is made of, and how many slots they list together. Clinicians are
// listed by Provider Direct one by one, and a third of their slots by Care Options too.
func BenchmarkMerge(b *testing.B) {
	for _, fragments := range []int{1, 10, 31, 100, 200} {
		for _, slots := range []int{10, 100, 1_000, 10_000} {
			if slots < fragments {
				continue
			}
			b.Run(fmt.Sprintf("fragments=%d/slots=%d", fragments, slots), func(b *testing.B) {
				benchmarkMerge(b, timeslot.Soonest, fragments, slots)
			})
		}
	}
}

func BenchmarkRanking(b *testing.B) {
	for _, profile := range rankings {
		b.Run(string(profile), func(b *testing.B) { benchmarkMerge(b, profile, 30, 10_000) })
	}
}

func benchmarkMerge(b *testing.B, profile timeslot.Ranking, fragments, slots int) {
	in := questionOf(profile, fragments, slots)
	listed := 0
	for _, n := range merge.Merge(in).PerFragment {
		listed += n
	}
	if listed < slots*3/4 {
		b.Fatalf("%d slots inside the window, want about %d", listed, slots)
	}
	b.ReportAllocs()
	for b.Loop() {
		merge.Merge(in)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(listed), "ns/slot")
}

// BenchmarkQuestion sweeps what a question of its own costs where the union is there: by slots, by fragments and by limit.
func BenchmarkQuestion(b *testing.B) {
	for _, size := range []struct{ fragments, slots, limit int }{
		{31, 1_000, 20}, {31, 10_000, 20}, {31, 100_000, 20},
		{10, 10_000, 20}, {100, 10_000, 20}, {1000, 10_000, 20},
		{31, 10_000, 100}, {31, 10_000, 500},
	} {
		for _, profile := range []timeslot.Ranking{timeslot.Soonest, timeslot.Balanced} {
			b.Run(fmt.Sprintf("%s/fragments=%d/slots=%d/limit=%d", profile, size.fragments, size.slots, size.limit), func(b *testing.B) {
				in := questionOf(profile, size.fragments, size.slots)
				in.Unions = &merge.Unions{}
				q := *in.Query
				in.Query = &q
				here := riverton
				q.Limit, q.Point = size.limit, &here
				merge.Merge(in)
				b.ReportAllocs()
				for b.Loop() {
					here.Latitude += 1e-7
					merge.Merge(in)
				}
			})
		}
	}
}

// BenchmarkMetro is a question in the middle of 800 clinics with 5,000 clinicians, read in a part for each day of two weeks:
// with the union at hand, and where the answer for one day was read anew and one clinician's slot is gone.
func BenchmarkMetro(b *testing.B) {
	for _, slots := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprintf("slots=%d/known", slots), func(b *testing.B) {
			in, here := metro(slots)
			merge.Merge(in)
			for b.Loop() {
				here.Latitude += 1e-7
				merge.Merge(in)
			}
		})
		b.Run(fmt.Sprintf("slots=%d/one day read anew", slots), func(b *testing.B) {
			in, _ := metro(slots)
			merge.Merge(in)
			n := 0
			for b.Loop() {
				b.StopTimer()
				again := *in.Fragments[1+n%14]
				again.FetchedAt = again.FetchedAt.Add(15 * time.Second)
				again.Slots = again.Slots[:len(again.Slots)-1]
				in.Fragments = slices.Clone(in.Fragments)
				in.Fragments[1+n%14] = &again
				n++
				b.StartTimer()
				merge.Merge(in)
			}
		})
	}
}

func metro(slots int) (in merge.Input, here *timeslot.Point) {
	here = &timeslot.Point{Latitude: 47.61, Longitude: -122.33}
	in = merge.Input{
		Query: query(func(q *timeslot.Query) { q.Point, q.Radius, q.Limit = here, 100, 100 }),
		Now:   noon, DefaultWindow: 14, Zones: &merge.Zones{}, Unions: &merge.Unions{},
	}
	random := rand.New(rand.NewPCG(1, 2))
	var places []timeslot.Department
	for i := range 800 {
		places = append(places, timeslot.Department{
			EHRInstance: main, ID: fmt.Sprint(4100200300 + i), Timezone: losAngeles,
			Point: &timeslot.Point{Latitude: 47.61 + random.NormFloat64()/5, Longitude: -122.33 + random.NormFloat64()/5},
		})
	}
	in.Fragments = append(in.Fragments, departments(places...))
	const clinicians = 5000
	for day := range 14 {
		var lists []list
		for i := range clinicians {
			p := &places[i*len(places)/clinicians]
			l := list{Schedule: followUp(fmt.Sprintf("90000%05d", i))}
			l.DepartmentID = p.ID
			for n := range slots / clinicians / 14 {
				start := noon.AddDate(0, 0, day).Add(time.Duration(n+1) * 5 * time.Minute)
				l.slots = append(l.slots, slot(start.Unix(), -420, 5))
			}
			lists = append(lists, l)
		}
		key := careOptions(100)
		key.Block = timeslot.BlockOf(timeslot.DateOf(noon) + timeslot.Date(day))
		key.Span = timeslot.SpanOf(timeslot.DateOf(noon)+timeslot.Date(day), 1)
		in.Fragments = append(in.Fragments, answered(key, time.Minute, lists...))
	}
	return in, here
}

func questionOf(profile timeslot.Ranking, fragments, slots int) merge.Input {
	return merge.Input{
		Query:         query(func(q *timeslot.Query) { q.Point, q.Sort = &riverton, profile; q.Radius = 100 }),
		Now:           noon,
		DefaultWindow: 28,
		Fragments:     campaign(fragments, slots),
		Zones:         &merge.Zones{},
	}
}

// campaign is an area's worth of fragments: a directory, one Care Options answer, and clinicians.
func campaign(fragments, slots int) []*timeslot.Fragment {
	random := rand.New(rand.NewPCG(1, 2))
	zones := []string{losAngeles, "America/Phoenix", "America/Denver"}
	var places []timeslot.Department
	for i := range 12 {
		places = append(places, timeslot.Department{
			EHRInstance: main, ID: fmt.Sprint(4100200300 + i), Timezone: zones[i%len(zones)],
			Point: &timeslot.Point{Latitude: 47 + random.Float64(), Longitude: -122 - random.Float64()},
		})
	}
	schedule := func(clinician, visit int) timeslot.Schedule {
		p := places[clinician%len(places)]
		return timeslot.Schedule{
			EHRInstance: main, DepartmentID: p.ID, NPI: fmt.Sprintf("90000%05d", clinician), Timezone: p.Timezone,
			VisitTypeID: fmt.Sprint(7200 + visit), VisitTypeName: fmt.Sprint("Visit", visit),
		}
	}
	half := func(clinician, from, n int) []list {
		lists := []list{{Schedule: schedule(clinician, 0)}, {Schedule: schedule(clinician, 1)}}
		for i := range n {
			l := &lists[i%2]
			start := noon.Add(time.Duration(from+i/2+1) * 5 * time.Minute).Unix()
			l.slots = append(l.slots, slot(start, -420, 5))
		}
		return lists
	}
	// Of four parts, three are what Provider Direct lists, and one is what Care Options repeats.
	each := max(1, slots*3/4/max(1, fragments-1))
	var out []*timeslot.Fragment
	var area []list
	repeated := 0
	for i := range fragments - 1 {
		from := random.IntN(200)
		out = append(out, answered(v5(schedule(i, 0).NPI), time.Duration(i)*time.Second, half(i, from, each)...))
		if n := min(each, slots/4-repeated); n > 0 {
			area = append(area, half(i, from, n)...)
			repeated += n
		}
	}
	if fragments == 1 {
		area = half(0, 0, slots)
	}
	out = append(out, answered(careOptions(100), time.Minute, area...))
	out[len(out)-1].Departments = places
	return out
}
