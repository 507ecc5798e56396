package main

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var today = time.Date(2026, 11, 29, 22, 0, 0, 0, time.UTC)

func TestRadiiAndVisitTypesAreMixedAsWeighted(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	byRadius, byVisit := map[int]int{}, map[string]int{}
	const drawn = 10_000
	for range drawn {
		s := drawSession(random, 0, time.Second, areaFilters(today))
		byRadius[s.radius]++
		byVisit[s.visit]++
	}
	about := func(name any, got, share int) {
		if want := drawn * share / 100; got < want-200 || got > want+200 { // four deviations and more
			t.Errorf("%v: %d of %d, want about %d", name, got, drawn, want)
		}
	}
	sum := 0
	for _, r := range radii {
		about(r.value, byRadius[r.value], r.share)
		sum += r.share
	}
	for _, v := range visits {
		about(v.value.name, byVisit[v.value.name], v.share)
		sum += v.share
	}
	if sum != 200 || len(byRadius) != 5 || len(byVisit) != 4 {
		t.Errorf("shares of %d of two hundred; radii %v, visit types %v", sum, byRadius, byVisit)
	}
}

func TestASecondFilterComesOnTopOfTheFirst(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 1_000 {
		s := drawSession(random, 0, time.Second, areaFilters(today))
		bare, one, two := s.list(0, s.radius), s.list(1, s.radius), s.list(2, s.radius)
		for name := range bare {
			if one.Get(name) != bare.Get(name) || two.Get(name) != bare.Get(name) {
				t.Fatalf("a filter changes %s: %v, %v, %v", name, bare, one, two)
			}
		}
		for name := range one {
			if two.Get(name) != one.Get(name) {
				t.Fatalf("the second filter changes %s: %v, %v", name, one, two)
			}
		}
		if len(one) <= len(bare) || len(two) <= len(one) {
			t.Fatalf("a filter filters nothing: %v, %v, %v", bare, one, two)
		}
		if s.visit == "NewPatient" && two.Get("newOrEstablishedPatient") == "establishedPatient" {
			t.Fatalf("a new patient is none: %v", two)
		}
	}
}

func TestAListAsksWhatAPageAsks(t *testing.T) {
	s := session{spot: place{47.61, -122.3301}, radius: 25, visit: "Illness"}
	const want = "latitude=47.6100&limit=20&longitude=-122.3301&product=findadoctor&radius=25&visitTypeName=Illness"
	if got := s.list(0, s.radius).Encode(); got != want {
		t.Errorf("asks %s, want %s", got, want)
	}
}

func TestACalendarHasTwoWeeks(t *testing.T) {
	const want = "endDate=2026-12-13&npi=9000000017&product=findadoctor&startDate=2026-11-30"
	if got := calendar("9000000017", today).Encode(); got != want {
		t.Errorf("asks %s, want %s", got, want)
	}
}

func TestPeopleThinkBetweenViews(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	var sum time.Duration
	const drawn, think = 3_000, 10 * time.Second
	for range drawn {
		s := drawSession(random, -time.Minute, think, areaFilters(today))
		if s.views[0] != -time.Minute || s.views[calendarView]-s.views[0] > longestSession(think) {
			t.Fatalf("views at %v", s.views)
		}
		for i, at := range s.views[1:] {
			if pause := at - s.views[i]; pause < think/2 || pause > think*3/2 {
				t.Fatalf("views at %v", s.views)
			}
		}
		sum += s.views[calendarView] - s.views[0]
	}
	if mean := sum / drawn / calendarView; mean < 9800*time.Millisecond || mean > 10200*time.Millisecond {
		t.Errorf("they think %v on average", mean)
	}
}

func TestTheNextRadiusIsTheNextWiderOne(t *testing.T) {
	got := []int{wider(5), wider(10), wider(25), wider(50), wider(100)}
	if d := cmp.Diff([]int{10, 25, 50, 100, 100}, got); d != "" {
		t.Error(d)
	}
}

func TestSomebodyIsChosenOfThoseNamed(t *testing.T) {
	named := map[string]struct{}{"9000000025": {}, "9000000017": {}}
	for choice, want := range map[int]string{0: "9000000017", 1: "9000000025", 6: "9000000017"} {
		if got := (&session{choice: choice}).choose(named); got != want {
			t.Errorf("choice %d is %s, want %s", choice, got, want)
		}
	}
	if got := (&session{choice: 1}).choose(nil); got != "" {
		t.Errorf("of nobody, %s was chosen", got)
	}
}
