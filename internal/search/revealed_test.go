package search

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"timeslots/internal/timeslot"
)

// answerFrom is what upstream says of clinics from a place, on an Earth that is so much larger.
func answerFrom(code timeslot.Point, earth float64, clinics ...timeslot.Point) *timeslot.Fragment {
	f := &timeslot.Fragment{Distances: map[string]float64{}}
	for i, at := range clinics {
		d := timeslot.Department{EHRInstance: "e", ID: fmt.Sprint(i), Point: &at}
		f.Departments = append(f.Departments, d)
		f.Distances[d.Key()] = math.Round(code.MilesTo(at)*earth*10) / 10
	}
	return f
}

// A postal code is never farther from where it is held to be than that says, however few clinics tell of it and wherever on
// Earth it is; half a dozen tell it well.
func TestAPostalCodeLiesWhereItsDistancesSay(t *testing.T) {
	found, tried := 0, 0
	for seed := range uint64(600) {
		draw := rand.New(rand.NewPCG(seed, 5))
		code := timeslot.Point{Latitude: draw.Float64()*178 - 89, Longitude: draw.Float64()*360 - 180}.Rounded(4)
		clinics := make([]timeslot.Point, 1+draw.IntN(100))
		for i := range clinics {
			clinics[i] = near(draw, code, []float64{0.2, 3, 12, 40}[draw.IntN(4)])
		}
		earth := 1 + (draw.Float64()-0.5)*1.8*timeslot.EarthDoubt
		at, err := locate(answerFrom(code, earth, clinics...))
		if away := at.MilesTo(code); away > err {
			t.Errorf("%d: the code is %.3f miles from where it should be, %.3f at most were promised; %d clinics", seed, away, err, len(clinics))
		}
		r, radius := revealed{at: at, err: err}, 1+draw.Float64()*70
		for range 100 { // clinics at the rim
			clinic := destination(code, draw.Float64()*7, radius+(draw.Float64()-0.5)*4)
			miles, seems := code.MilesTo(clinic)*earth, at.MilesTo(clinic)
			if math.Round(miles*10)/10 <= radius && seems > r.reach(radius) {
				t.Errorf("%d: a clinic %.2f miles away lies outside of the circle for %.2f", seed, miles, radius)
			}
			if seems <= r.reach(radius) && miles > r.wide(radius) {
				t.Errorf("%d: a clinic that seems to lie within %.2f miles is %.2f away, and not asked for", seed, radius, miles)
			}
		}
		if len(clinics) > 6 {
			if tried++; err <= smallError {
				found++
			}
		}
	}
	if found < tried*95/100 {
		t.Errorf("%d of %d codes are found", found, tried)
	}
}

// Where distances leave two places, or none, the code is not placed.
func TestWhatDistancesDoNotTell(t *testing.T) {
	north := func(degrees float64) timeslot.Point { return timeslot.Point{Latitude: 47 + degrees, Longitude: -122} }
	answer := func(miles ...float64) *timeslot.Fragment {
		f := answerFrom(north(0), 1, north(0), north(0.1), north(0.2))
		for i, m := range miles {
			f.Distances[f.Departments[i].Key()] = m
		}
		return f
	}
	for name, f := range map[string]*timeslot.Fragment{
		"nothing":                      {},
		"no distances":                 {Departments: []timeslot.Department{{ID: "1", Point: &timeslot.Point{}}}},
		"clinics in one line":          answer(10, 12.2, 17),
		"a distance from nowhere":      answer(3, 40, 3),
		"no numbers":                   answer(math.NaN(), math.Inf(1), -1),
		"a clinic far away, by itself": answer(30, math.NaN(), math.NaN()),
	} {
		if at, err := locate(f); !(err > smallError) {
			t.Errorf("%s: placed at %v ± %v", name, at, err)
		}
	}
	if _, err := locate(answer(0, 6.9, 13.8)); err > smallError {
		t.Errorf("at a clinic's door: ± %v", err)
	}
}

// Distances are remembered from all answers for a code; the newest counts where they differ, and little that one says takes
// nothing of what others said.
func TestWhatACodesAnswersReveal(t *testing.T) {
	now := time.Now()
	code, clinics := timeslot.Point{Latitude: 47, Longitude: -122}, []timeslot.Point{}
	for i := range 8 {
		clinics = append(clinics, destination(code, float64(i), 2+float64(i)))
	}
	c := newCodes()
	note := func(at time.Time, f *timeslot.Fragment) {
		f.Key = timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, Area: timeslot.Area{PostalCode: "98101", Radius: 26}}
		f.FetchedAt, f.Bounds = at, policy.Bounds(at, false)
		c.note(f, at)
	}
	note(now, answerFrom(code, 1, clinics[:6]...))
	few := answerFrom(code, 1, clinics...)
	few.Departments = few.Departments[6:] // two of them tell little by themselves
	for i := range 6 {
		delete(few.Distances, fmt.Sprintf("e|%d", i))
	}
	note(now.Add(time.Minute), few)
	note(now.Add(time.Minute), answerFrom(code, 1)) // a visit type that no clinic has
	r := c.place("98101", now.Add(time.Hour))
	if r == nil || len(r.clinics) != 8 || r.at.MilesTo(code) > r.err || r.err > 0.5 {
		t.Fatalf("after two answers that fit: %+v", r)
	}
	if day := now.Add(time.Minute + revealedFor); r.old(day.Add(-1)) || !r.old(day) || !r.mayCheck(day) || r.mayCheck(day.Add(time.Second)) {
		t.Error("want its distances asked for again after a day, once")
	}
	note(now.Add(90*time.Second), answerFrom(code, 1, clinics[:6]...)) // says nothing new
	if again := c.place("98101", now.Add(time.Hour)); again.at != r.at || again.err != r.err || len(again.clinics) != 8 || again.old(now.Add(80*time.Second+revealedFor)) {
		t.Errorf("after an answer that says nothing new: %+v", again)
	}
	moved := answerFrom(destination(code, 1, 5), 1, clinics...)
	note(now.Add(2*time.Minute), moved)
	if r := c.place("98101", now.Add(3*time.Minute)); r == nil || r.at.MilesTo(code) < 4 || len(r.clinics) != 8 {
		t.Errorf("after the code moved: %+v", r)
	}
	if c.distances != 8 {
		t.Errorf("%d distances are counted, want 8", c.distances)
	}
	note(now.Add(100*time.Second), answerFrom(code, 1, clinics[0])) // an older copy, looked at later
	if r := c.place("98101", now.Add(3*time.Minute)); r == nil || r.at.MilesTo(code) < 4 {
		t.Errorf("after an older copy: %+v", r)
	}
}

// However many codes people ask for, so many distances are remembered.
func TestDistancesAreBounded(t *testing.T) {
	now, c := time.Now(), newCodes()
	for i := range 200 {
		f := &timeslot.Fragment{FetchedAt: now, Bounds: policy.Bounds(now, false), Distances: map[string]float64{}}
		f.Key = timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, Area: timeslot.Area{PostalCode: fmt.Sprint(i), Radius: 100}}
		for n := range 1000 {
			d := timeslot.Department{EHRInstance: "e", ID: fmt.Sprint(n)}
			f.Departments = append(f.Departments, d)
			f.Distances[d.Key()] = float64(n % 100)
		}
		c.note(f, now)
	}
	held := 0
	for _, r := range c.revealed {
		held += len(r.clinics)
	}
	if held != c.distances || held == 0 || held > maxRevealed {
		t.Errorf("%d distances are held, %d are counted, want %d at most", held, c.distances, maxRevealed)
	}
	for i := range 3 * maxCodes { // that have no clinics
		now = now.Add(10 * time.Second)
		f := &timeslot.Fragment{FetchedAt: now, Bounds: policy.Bounds(now, false)}
		f.Key = timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, Area: timeslot.Area{PostalCode: fmt.Sprint("x", i), Radius: 26}}
		c.note(f, now)
		c.spoil(f.Key.Area.PostalCode, now)
	}
	if len(c.revealed) > maxCodes || len(c.spoilt) > maxCodes {
		t.Errorf("%d codes are remembered, %d spoilt, want %d at most", len(c.revealed), len(c.spoilt), maxCodes)
	}
}
