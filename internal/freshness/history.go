package freshness

import (
	"encoding/binary"
	"math"
	"time"
)

// History is what is known of one fragment. The zero value knows nothing. It is a value: fragments carry it.
type History struct {
	events   float32 // sales that are remembered, prior included
	exposure float32 // slot seconds in which they happened
	views    float32 // views a second
	fresh    float32 // seconds for which the fragment is fresh now
}

const (
	priorEvents = 1.0              // a prior counts as much as one sale of the fragment's own
	mostEvents  = 8.0              // older sales than the last eight or so are forgotten
	burstEvents = 3.0              // what counts of a burst, so that quiet afterwards shows soon
	memory      = 6 * time.Hour    // without sales the prior comes back in this time
	viewMemory  = 10 * time.Minute // views are averaged over it
)

// Known reports whether the fragment was looked at before.
func (h History) Known() bool { return h.exposure > 0 }

// Rate is how many of a fragment's near slots go a second, as a share of them.
func (h History) Rate() float64 { return float64(h.events) / float64(h.exposure) }

// Views is how often the fragment is asked for a second.
func (h History) Views() float64 { return float64(h.views) }

// after is the history with a look more. Its fresh time is as before.
func (h History) after(look Look, prior Prior) History {
	if look.Age <= 0 {
		return h
	}
	known := counts{float64(h.events), float64(h.exposure)}
	given := counts{priorEvents, priorEvents / prior.Rate}
	views, before := float64(look.Views+look.Waited)/look.seconds(), float64(h.views)
	if !h.Known() {
		known, before = given, views
	}
	seen := look.evidence(prior.Rest)
	if seen.events > burstEvents+3*known.rate()*seen.exposure {
		// Nothing that was learned in quieter times explains this: it counts a tenth of the look.
		known = known.times(min(1, 0.1*seen.exposure/known.exposure)).plus(seen).within(burstEvents)
	} else {
		lasting := math.Exp(-look.seconds() / memory.Seconds())
		known = known.times(lasting).plus(given.times(1 - lasting)).plus(seen).within(mostEvents)
	}
	lasting := math.Exp(-look.seconds() / viewMemory.Seconds())
	h.events, h.exposure = float32(min(known.events, mostEvents)), float32(min(max(known.exposure, leastExposure), mostExposure))
	h.views = float32(views*(1-lasting) + before*lasting)
	return h
}

const leastExposure, mostExposure = 0.125, 1e15 // slot seconds; what lies outside is no history

// encoded is how long the binary form is: a version and four floats.
const encoded, version = 17, 1

// AppendBinary adds the history's binary form, of 17 bytes, or nothing when nothing is known. It never fails.
func (h History) AppendBinary(b []byte) ([]byte, error) {
	if !h.Known() {
		return b, nil
	}
	b = append(b, version)
	for _, f := range [...]float32{h.events, h.exposure, h.views, h.fresh} {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
	}
	return b, nil
}

// Decode reads what [History.AppendBinary] wrote. Of anything else comes no history.
func Decode(b []byte) History {
	if len(b) != encoded || b[0] != version {
		return History{}
	}
	var f [4]float32
	for i := range f {
		f[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[1+4*i:]))
	}
	h := History{events: f[0], exposure: f[1], views: f[2], fresh: f[3]}
	if !inside(h.events, 0, mostEvents) || !inside(h.exposure, leastExposure, 1.01*mostExposure) || !inside(h.views, 0, 1e9) || !inside(h.fresh, 0, 1e9) {
		return History{}
	}
	return h
}

// inside is false for what is no number.
func inside(f float32, least, most float64) bool { return float64(f) >= least && float64(f) <= most }
