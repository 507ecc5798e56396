package booking

import "timeslots/internal/timeslot"

// consult finds out which slot the call is about.
func (g *Gateway) consult(p *passThrough) {
	g.guarded(func() {
		switch p.route.effect {
		case effectBooks:
			g.consultBooking(p)
		case effectTakes, effectReleases:
			p.around = eventClaim(p.body)
			if p.around.Identity.Start != 0 {
				p.claim = p.around
			}
		case effectCancels:
			p.booking, _ = g.visits.get(g.prints.sum(p.visitID))
		}
	})
}

func (g *Gateway) consultBooking(p *passThrough) {
	names := slotNames(p.body)
	if !p.route.HasNPI {
		names.npi = ""
	}
	p.claim, p.around = names.claims()
	if p.claim.SlotID == "" {
		return
	}
	if known, offered, ok := g.o.Index.Find(p.claim.SlotID); ok {
		p.claim, p.around, p.offered = known, known, offered
	}
}

// pend hides the slot of a booking while the call is under way.
func (g *Gateway) pend(p *passThrough) {
	if p.route.effect != effectBooks && p.route.effect != effectTakes || p.claim.IsZero() {
		return
	}
	p.owner = g.o.Owner()
	if p.route.effect == effectBooks {
		g.guarded(func() { g.o.Ledger.Pend(p.claim, p.owner) })
	}
}

// settle enters in the book how the call ended.
func (g *Gateway) settle(p *passThrough, f slotOutcome) {
	if f == slotBooked && g.o.CapacityMany && p.route.Flow == Retail().Flow {
		f = slotShared
	}
	switch p.route.effect {
	case effectBooks:
		g.settleBooking(p, f)
	case effectTakes:
		if f == slotBooked {
			g.mark(p, g.promote)
		}
	case effectReleases, effectCancels:
		if f == slotBooked {
			g.release(p)
		}
	}
	if p.isOutdated(f) {
		g.tell(g.o.Ledger.MarkStale, p.around)
	}
}

func (g *Gateway) settleBooking(p *passThrough, f slotOutcome) {
	switch f {
	case slotBooked, slotTaken:
		g.mark(p, g.promote)
	case slotShared:
		g.fence(p) // first, so that the slot does not come back from an answer older than the booking
		g.mark(p, g.withdraw)
	case slotUntouched, slotConflict:
		g.mark(p, g.withdraw)
	case slotUnknown:
		g.mark(p, g.suspect)
	}
}

// isOutdated reports whether cached answers may be wrong in what the marks do not say.
func (p *passThrough) isOutdated(f slotOutcome) bool {
	switch f {
	case slotConflict, slotUnknown:
		return true
	case slotBooked, slotTaken:
		// A mark by slotId alone does not hide the slot where another surface lists it without one.
		return p.route.effect == effectReleases || p.route.effect == effectCancels || p.around.Identity.Start == 0
	default:
		return false
	}
}

func (g *Gateway) promote(p *passThrough) { p.untold = !g.o.Ledger.Promote(p.claim, p.owner) }

// fence makes answers that may list the slot's place older than the booking give way.
func (g *Gateway) fence(p *passThrough) {
	g.tell(func(c timeslot.Claim) { p.untold = !g.o.Ledger.Fence(c) }, p.around)
}

func (g *Gateway) withdraw(p *passThrough) { g.o.Ledger.Withdraw(p.claim, p.owner) }
func (g *Gateway) suspect(p *passThrough)  { g.o.Ledger.Suspect(p.claim, p.owner) }

func (g *Gateway) mark(p *passThrough, step func(*passThrough)) {
	if !p.claim.IsZero() {
		g.guarded(func() { step(p) })
	}
}

// release offers the slot again. A visit is forgotten, since a second cancellation must not lift somebody else's mark.
func (g *Gateway) release(p *passThrough) {
	if p.route.effect == effectCancels {
		g.visits.remove(g.prints.sum(p.visitID))
	}
	g.tell(g.o.Ledger.Release, p.claim)
}

func (g *Gateway) tell(step func(timeslot.Claim), c timeslot.Claim) {
	if !c.IsZero() {
		g.guarded(func() { step(c) })
	}
}
