package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"timeslots/loadtest/app"
)

// apps is what the apps of a load did, and how their reads were answered that are the same for everybody.
type apps struct {
	Sessions  int                          `json:"sessions"` // that were started
	Screens   map[string]int               `json:"screens"`
	Booked    int                          `json:"booked"`
	Late      int                          `json:"late"` // bookings of slots that others had by then
	Cancelled int                          `json:"cancelled"`
	Videos    int                          `json:"videos"`
	Reads     map[string]map[string]uint64 `json:"reads"` // by call, then by what Cache-Status says
	Hits      float64                      `json:"hits"`  // share of them that came from the cache, stale ones too
	Failed    int                          `json:"failed"`
	Failures  map[string]int               `json:"failures"` // of sessions, by what went wrong
}

func (f *fleet) opened(screen string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen.Screens[screen]++
	if screen == "start" {
		f.seen.Sessions++
	}
}

func (f *fleet) ended(did app.Done, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := &f.seen
	s.Booked, s.Late = s.Booked+did.Booked, s.Late+did.Late
	s.Cancelled, s.Videos = s.Cancelled+did.Cancelled, s.Videos+did.Videos
	if err != nil {
		s.Failed++
		s.Failures[reason(err)]++
	}
}

// reason is what went wrong first, without what differs from session to session.
func reason(err error) string {
	var e *app.Error
	switch {
	case errors.Is(err, app.ErrStillOffered):
		return app.ErrStillOffered.Error()
	case !errors.As(err, &e):
		return err.Error()
	case e.Cause != nil:
		return e.Call + ": no answer"
	case e.Unreadable != "":
		return e.Call + " cannot be read: " + e.Unreadable
	default:
		return fmt.Sprintf("%s: status %d", e.Call, e.Status)
	}
}

func (a *apps) read(call, kind string) {
	if a.Reads[call] == nil {
		a.Reads[call] = map[string]uint64{}
	}
	a.Reads[call][kind]++
}

// figures are those of the load, once it is over.
func (f *fleet) figures() *apps {
	f.mu.Lock()
	defer f.mu.Unlock()
	a := f.seen
	var hits, all uint64
	for _, kinds := range a.Reads {
		hits, all = hits+kinds["hit"]+kinds["stale"], all+total(kinds)
	}
	a.Hits = float64(hits) / float64(max(1, all))
	return &a
}

func total(kinds map[string]uint64) (sum uint64) {
	for _, n := range kinds {
		sum += n
	}
	return sum
}

func (a *apps) opened() (n int) {
	for _, screens := range a.Screens {
		n += screens
	}
	return n
}

func (a *apps) write(line func(label, format string, values ...any)) {
	line("sessions", "%d, %d failed; screens: %s", a.Sessions, a.Failed, counts(a.Screens, a.opened()))
	line("did", "%d booked, %d too late for a slot, %d cancelled, %d waited for a video visit", a.Booked, a.Late, a.Cancelled, a.Videos)
	var reads uint64
	for _, kinds := range a.Reads {
		reads += total(kinds)
	}
	line("reads", "%.1f %% hits, stale ones included, of %d that a cache may answer", 100*a.Hits, reads)
	for _, call := range slices.Sorted(maps.Keys(a.Reads)) {
		line("", "%s %d: %s", call, total(a.Reads[call]), counts(a.Reads[call], total(a.Reads[call])))
	}
	for _, text := range slices.Sorted(maps.Keys(a.Failures)) {
		line("failed", "%d: %s", a.Failures[text], text)
	}
}
