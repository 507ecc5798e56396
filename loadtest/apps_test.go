package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/loadtest/app"
)

func fleetOf(seed uint64, n int) *fleet {
	return newFleet(&options{Target: "http://127.0.0.1:1", Seed: seed, Duration: 24 * time.Second, Workers: 1}, &appOptions{Think: time.Second, Bookings: 0.1}, n)
}

func TestAppsAreStartedInTheHoursOfADay(t *testing.T) {
	f := fleetOf(1, 10_000)
	if !slices.IsSorted(f.begins) || f.begins[0] < 0 || f.begins[len(f.begins)-1] >= 24*time.Second {
		t.Errorf("sessions begin out of order, or outside the day")
	}
	var hour [24]int
	for _, at := range f.begins {
		hour[int(at.Seconds())]++
	}
	if hour[9] < 10*hour[3] || hour[3] == 0 {
		t.Errorf("%d sessions in the hour from nine, %d in that from three", hour[9], hour[3])
	}
}

func TestSessionsAreTheSameForTheSameSeed(t *testing.T) {
	draw := func(seed uint64) (list []string) {
		f := fleetOf(seed, 50)
		for number := range f.begins {
			s := f.visitor(number, time.Time{}).session
			list = append(list, fmt.Sprintf("%s %+v %v", s.Errand, s.Wish, s.ByPostalCode))
		}
		return list
	}
	if d := cmp.Diff(draw(7), draw(7)); d != "" {
		t.Errorf("one seed, two fleets:\n%s", d)
	}
	if cmp.Equal(draw(7), draw(8)) {
		t.Error("two seeds, one fleet")
	}
}

func TestWhatAppsDidReads(t *testing.T) {
	f := fleetOf(1, 1)
	for _, screen := range []string{"start", "list", "start"} {
		f.opened(screen)
	}
	for _, kind := range []string{"hit", "stale", "hit", "miss"} {
		f.seen.read("getTimeSlots", kind)
	}
	f.ended(app.Done{Booked: 2, Late: 1, Cancelled: 1}, nil)
	for _, err := range []error{
		&app.Error{Call: "getProvider", Status: 502, Body: "x"}, &app.Error{Call: "getProvider", Status: 502, Body: "y"},
		errors.Join(&app.Error{Call: "getProvider", Cause: errors.New("timeout")}), fmt.Errorf("%w: slot", app.ErrStillOffered),
	} {
		f.ended(app.Done{}, err)
	}
	a := f.figures()
	var said strings.Builder
	a.write(func(label, format string, values ...any) {
		fmt.Fprintf(&said, "%s "+format+"\n", append([]any{label}, values...)...)
	})
	for _, want := range []string{
		"sessions 2, 4 failed; screens: list 1 (33.3 %), start 2 (66.7 %)", "did 2 booked, 1 too late for a slot, 1 cancelled",
		"reads 75.0 % hits, stale ones included, of 4 ", "getTimeSlots 4: hit 2 (50.0 %), miss 1 (25.0 %), stale 1 (25.0 %)",
		"failed 2: getProvider: status 502", "failed 1: getProvider: no answer", "failed 1: app: a slot that is taken is offered again",
	} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("lacks %q:\n%s", want, said.String())
		}
	}
	if a.Hits != 0.75 {
		t.Errorf("%v hits", a.Hits)
	}
}
