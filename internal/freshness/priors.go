package freshness

import "sync"

// Prior is what fragments of a source and visit type have in common.
type Prior struct {
	Rate float64 // share of near slots that go a second; 0: the one at which the policy's Fresh is right
	Rest float64 // rate of the other slots as a share of it
}

func (p Prior) bounded(policy Policy) Prior {
	if p.Rate <= 0 {
		p.Rate = 2 * policy.Untrue / max(policy.Fresh.Seconds(), 1)
	}
	if p.Rest <= 0 || p.Rest > 1 {
		p.Rest = startRest
	}
	p.Rate, p.Rest = min(max(p.Rate, 1e-9), 1), max(p.Rest, 0.01)
	return p
}

// Kind names fragments that share a prior. Without a visit type it is all of the source's.
type Kind struct{ Source, VisitType string }

const (
	mostKinds  = 256
	poolEvents = 64.0 // a pool forgets what is more
	startRest  = 0.5  // until something is known
)

// Priors learns from all fragments. It holds 256 kinds and forgets the one that was not used for longest. It may be used
// concurrently. The zero value is empty.
type Priors struct {
	mu    sync.Mutex
	kinds map[Kind]*pool
	uses  uint64
}

type pool struct {
	near, rest counts
	used       uint64
}

// Observe counts a look, for its kind and for its source.
func (p *Priors) Observe(kind Kind, look Look) {
	look = look.bounded()
	if look.Age <= 0 || look.Shown == 0 {
		return
	}
	near := counted(look.Near, look.NearGone, look.seconds())
	rest := counted(look.Shown-look.Near, look.Gone-look.NearGone, look.seconds())
	p.mu.Lock()
	defer p.mu.Unlock()
	source := Kind{Source: kind.Source}
	p.pool(source).add(near, rest)
	if kind != source {
		p.pool(kind).add(near, rest)
	}
}

// For is the prior of a kind. Where little is known of the visit type it is the source's; where nothing is, it is empty.
func (p *Priors) For(kind Kind) Prior {
	p.mu.Lock()
	defer p.mu.Unlock()
	source := p.pool(Kind{Source: kind.Source})
	if source.near.exposure == 0 {
		return Prior{}
	}
	prior := Prior{Rate: (source.near.events + 0.5) / source.near.exposure, Rest: source.ratio()}
	if kind.VisitType == "" {
		return prior
	}
	own := p.pool(kind)
	const pooled = 2.0
	prior.Rate = (own.near.events + pooled) / (own.near.exposure + pooled/prior.Rate)
	return prior
}

// pool is the one of a kind, made when it is new. The caller holds the lock.
func (p *Priors) pool(kind Kind) *pool {
	p.uses++
	found, ok := p.kinds[kind]
	if !ok {
		if p.kinds == nil {
			p.kinds = make(map[Kind]*pool)
		}
		if len(p.kinds) >= mostKinds {
			delete(p.kinds, p.oldest())
		}
		found = &pool{}
		p.kinds[kind] = found
	}
	found.used = p.uses
	return found
}

func (p *Priors) oldest() (kind Kind) {
	used := p.uses + 1
	for k, pool := range p.kinds {
		if pool.used < used {
			kind, used = k, pool.used
		}
	}
	return kind
}

func (p *pool) add(near, rest counts) {
	p.near = p.near.plus(near).within(poolEvents)
	p.rest = p.rest.plus(rest).within(poolEvents)
}

// ratio is the rate of the other slots as a share of the near ones', drawn to [startRest] while little is known.
func (p *pool) ratio() float64 {
	if p.rest.exposure == 0 || p.near.exposure == 0 {
		return startRest
	}
	const drawn = 2.0
	near := (p.near.events + drawn) / (p.near.exposure + drawn*p.near.exposure/(p.near.events+drawn))
	rest := (p.rest.events + drawn*startRest) / (p.rest.exposure + drawn*p.near.exposure/(p.near.events+drawn))
	return min(rest/near, 1)
}
