package acme

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// faultKind is what a fault does, in the word of the grammar.
type faultKind string

const (
	faultNone       faultKind = ""
	faultLatency    faultKind = "latency"
	faultStatus     faultKind = "status"
	faultHang       faultKind = "hang"
	faultDropBefore faultKind = "drop-before"
	faultDropAfter  faultKind = "drop-after"
	faultTruncate   faultKind = "truncate"
	faultNotJSON    faultKind = "not-json"
	faultConflict   faultKind = "conflict"
	faultHide       faultKind = "hide"
	faultLag        faultKind = "lag"
	faultMinusZero  faultKind = "minus-zero"
	faultForget     faultKind = "forget"
)

// failingKinds are the kinds that end the call in another way than by its answer.
var failingKinds = []faultKind{faultStatus, faultHang, faultDropBefore, faultDropAfter, faultTruncate, faultNotJSON}

// fault is one rule, or what the rules together do to one call.
type fault struct {
	spec   string
	name   string // operation, group or "*"
	kind   faultKind
	delay  time.Duration // latency
	status int
	ratio  float64
	drawn  uint64 // calls that the rule has decided on
	wire.Switches
}

// parseFault reads "name:kind[=value][@ratio]".
func parseFault(names []string, spec string) (*fault, error) {
	f := &fault{spec: spec, ratio: 1}
	rule, ratio, hasRatio := strings.Cut(spec, "@")
	name, effect, ok := strings.Cut(rule, ":")
	if !ok {
		return nil, fmt.Errorf("fault %q: want name:kind[=value][@ratio]", spec)
	}
	if !slices.Contains(names, name) {
		return nil, fmt.Errorf("fault %q: %q is no operation or group; there are %s", spec, name, strings.Join(names, ", "))
	}
	f.name = name
	err := f.parseEffect(effect)
	if err == nil && hasRatio {
		f.ratio, err = strconv.ParseFloat(ratio, 64)
		if err == nil && !(f.ratio >= 0 && f.ratio <= 1) {
			err = fmt.Errorf("ratio %s is not within 0…1", ratio)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("fault %q: %w", spec, err)
	}
	return f, nil
}

// parseEffect reads "kind[=value]".
func (f *fault) parseEffect(effect string) (err error) {
	word, value, hasValue := strings.Cut(effect, "=")
	switch f.kind = faultKind(word); f.kind {
	case faultLatency:
		f.delay, err = parseDelay(value)
		return err
	case faultLag:
		f.Lag, err = parseDelay(value)
		return err
	case faultStatus:
		f.status, err = strconv.Atoi(value)
		if err == nil && (f.status < 200 || f.status > 599) {
			err = fmt.Errorf("status %d is not within 200…599", f.status)
		}
		return err
	case faultConflict:
		f.Conflict = world.Conflict(value)
		if !slices.Contains(world.Conflicts, f.Conflict) {
			return fmt.Errorf("conflict %q is none of %s", value, world.Conflicts)
		}
		return nil
	case faultHide, faultMinusZero, faultForget:
	default:
		if !slices.Contains(failingKinds, f.kind) {
			return fmt.Errorf("%q is no kind of fault", word)
		}
	}
	f.MinusZero, f.Forget = f.kind == faultMinusZero, f.kind == faultForget
	if hasValue {
		return fmt.Errorf("%s takes no value", word)
	}
	return nil
}

func parseDelay(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err == nil && d < 0 {
		err = fmt.Errorf("%s is negative", d)
	}
	return d, err
}

const maxFaults = 100

type faults struct {
	seed  uint64
	names []string // that a fault may have
	mu    sync.Mutex
	rules []*fault
}

// replace puts the rules into force, in place of what there is when keep is false.
func (fs *faults) replace(rules []*fault, keep bool) error {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if keep {
		rules = append(slices.Clone(fs.rules), rules...)
	}
	if len(rules) > maxFaults {
		return fmt.Errorf("faults: more than %d", maxFaults)
	}
	fs.rules = rules
	return nil
}

func (fs *faults) specs() []string {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	out := make([]string, len(fs.rules))
	for i, f := range fs.rules {
		out[i] = f.spec
	}
	return out
}

// draw decides what happens to one call: latencies add up, switches are all turned, and of the other kinds the first
// that hits wins.
func (fs *faults) draw(rt *wire.Route) fault {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	var out fault
	for i, f := range fs.rules {
		if f.name != "*" && f.name != rt.Name && !slices.Contains(rt.Groups, f.name) {
			continue
		}
		if f.kind == faultHide { // the ratio is of slots
			out.Hiding = f.hiding(fs.seed, rt, out.Hiding)
			continue
		}
		f.drawn++
		if world.Fraction(world.Hash(fs.seed, world.SaltFault, uint64(i), f.drawn)) < f.ratio {
			out.add(f)
		}
	}
	return out
}

func (f *fault) add(rule *fault) {
	f.delay += rule.delay
	f.Lag = max(f.Lag, rule.Lag)
	f.MinusZero = f.MinusZero || rule.MinusZero
	f.Forget = f.Forget || rule.Forget
	f.Conflict = cmp.Or(f.Conflict, rule.Conflict)
	if slices.Contains(failingKinds, rule.kind) && f.kind == faultNone {
		f.kind, f.status = rule.kind, rule.status
	}
}

// hiding is what an operation does not list: the same on all that the rule names, but "*" hides other slots on each.
func (f *fault) hiding(seed uint64, rt *wire.Route, before world.Hiding) world.Hiding {
	surface := f.name
	if surface == "*" {
		surface = rt.Name
	}
	if f.ratio <= before.Share {
		return before
	}
	return world.Hiding{Share: f.ratio, Salt: world.Hash(seed, world.SaltHiding, world.HashText(surface))}
}

// SetFault puts one more fault into force; the package comment has the grammar.
func (t *Tenant) SetFault(spec string) error {
	f, err := parseFault(t.faults.names, spec)
	if err == nil {
		err = t.faults.replace([]*fault{f}, true)
	}
	if err != nil {
		return fmt.Errorf("acme: %w", err)
	}
	return nil
}

// ClearFaults removes all faults. Calls that hang already go on hanging.
func (t *Tenant) ClearFaults() { _ = t.faults.replace(nil, false) }
