package slots

import (
	"slices"

	"timeslots/internal/acme/world"
)

// dayOpenings are the openings of one day.
type dayOpenings struct {
	day      world.Day
	openings []world.Opening
}

// page is some days that have openings. The markers are set only when paging (docs/dexcare.md §5.3): nil means that nothing
// lies beyond.
type page struct {
	days                       []dayOpenings
	previousEndDate, nextStart *world.Day
}

// pager walks over days and picks those that have openings.
type pager struct {
	first, last world.Day // asked for
	low, high   world.Day // beyond which nothing is looked for
	count       int       // days on a page; 0: all, without markers
	backward    bool
	openings    func(world.Day) []world.Opening
}

// newPager pages through a window. Which way an end without a start goes is unsaid (docs/dexcare.md §11.10): here it takes
// the nearest days before that end, so that previousEndDate leads back page by page.
func newPager(w window, count int, today, limit world.Day) pager {
	p := pager{first: w.first, last: w.last, low: today, high: limit, count: count}
	p.backward = count > 0 && w.open && w.bounded
	if w.bounded && !p.backward {
		p.high = w.last
	}
	return p
}

func (p pager) page() page {
	var out page
	step, from := world.Day(1), p.first
	if p.backward {
		step, from = -1, p.last
	}
	for d := from; d >= p.first && d <= p.last; d += step {
		if list := p.openings(d); len(list) > 0 {
			out.days = append(out.days, dayOpenings{d, list})
		}
		if p.count > 0 && len(out.days) == p.count {
			break
		}
	}
	if p.backward {
		slices.Reverse(out.days)
	}
	if p.count > 0 && len(out.days) > 0 {
		p.mark(&out)
	}
	return out
}

// mark looks for openings on both sides of the page. A marker is the day next to the page, which need not have any.
func (p pager) mark(out *page) {
	before, after := out.days[0].day-1, out.days[len(out.days)-1].day+1
	for d := before; d >= p.low; d-- {
		if len(p.openings(d)) > 0 {
			out.previousEndDate = &before
			break
		}
	}
	for d := after; d <= p.high; d++ {
		if len(p.openings(d)) > 0 {
			out.nextStart = &after
			break
		}
	}
}
