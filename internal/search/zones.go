package search

import (
	"context"
	"sync"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// zonesFor is how a call finds out where a clinic is whose own answer does not say so: from the directory's list of
// departments, which is nearly always at hand, and is waited for where it is not.
func (e *Engine) zonesFor(call fetch.Call) func(context.Context) func(department string) string {
	return func(ctx context.Context) func(string) string {
		known := sync.OnceValue(func() map[string]string { return zonesOf(e.departmentList(ctx, call)) })
		return func(department string) string { return known()[department] }
	}
}

// departmentList is the directory's list of departments; nil when it cannot be had.
func (e *Engine) departmentList(ctx context.Context, call fetch.Call) *timeslot.Fragment {
	if list := e.lookahead.seen.Load(); list != nil {
		return list
	}
	list := []*read{{ask: e.departmentsAsk(), freshness: timeslot.Expired}}
	e.lookup(ctx, list, call)
	e.fill(ctx, list, call)
	return list[0].fragment
}

func zonesOf(list *timeslot.Fragment) map[string]string {
	if list == nil {
		return nil
	}
	zones := make(map[string]string, len(list.Departments))
	for i := range list.Departments {
		zones[list.Departments[i].Key()] = list.Departments[i].Timezone
	}
	return zones
}
