package acme

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

type faultKind int

const (
	faultNone faultKind = iota
	faultLatency
	faultStatus
	faultHang
	faultDropBefore
	faultDropAfter
	faultTruncate
	faultNotJSON
)

var faultKinds = map[string]faultKind{
	"latency": faultLatency, "status": faultStatus, "hang": faultHang, "drop-before": faultDropBefore,
	"drop-after": faultDropAfter, "truncate": faultTruncate, "not-json": faultNotJSON,
}

// fault is one rule, or what the rules together do to one call.
type fault struct {
	spec   string
	name   string // operation, group or "*"
	kind   faultKind
	delay  time.Duration // latency
	status int
	ratio  float64
	drawn  uint64 // calls that the rule has decided on
}

// parseFault reads "name:kind[=value][@ratio]".
func parseFault(spec string) (*fault, error) {
	f := &fault{spec: spec, ratio: 1}
	rule, ratio, hasRatio := strings.Cut(spec, "@")
	name, effect, ok := strings.Cut(rule, ":")
	if !ok {
		return nil, fmt.Errorf("fault %q: want name:kind[=value][@ratio]", spec)
	}
	if !slices.Contains(names(), name) {
		return nil, fmt.Errorf("fault %q: %q is no operation or group; there are %s", spec, name, strings.Join(names(), ", "))
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
	f.kind = faultKinds[word]
	switch {
	case f.kind == faultNone:
		err = fmt.Errorf("%q is no kind of fault", word)
	case f.kind == faultLatency:
		f.delay, err = time.ParseDuration(value)
		if err == nil && f.delay < 0 {
			err = fmt.Errorf("latency %s is negative", f.delay)
		}
	case f.kind == faultStatus:
		f.status, err = strconv.Atoi(value)
		if err == nil && (f.status < 200 || f.status > 599) {
			err = fmt.Errorf("status %d is not within 200…599", f.status)
		}
	case hasValue:
		err = fmt.Errorf("%s takes no value", word)
	}
	return err
}

// names are all names that a fault may have.
func names() []string {
	set := map[string]bool{"*": true}
	for name, op := range operations() {
		set[name] = true
		for _, g := range op.groups {
			set[g] = true
		}
	}
	out := make([]string, 0, len(set))
	for name := range set {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// maxFaults bounds the rules in force.
const maxFaults = 100

// faults are the rules in force.
type faults struct {
	seed  uint64
	mu    sync.Mutex
	rules []*fault
}

func newFaults(seed uint64) *faults { return &faults{seed: seed} }

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

// draw decides what happens to one call: latencies add up, of the other kinds the first that hits wins.
func (fs *faults) draw(op *operation) fault {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	var out fault
	for i, f := range fs.rules {
		if f.name != "*" && f.name != op.name && !slices.Contains(op.groups, f.name) {
			continue
		}
		f.drawn++
		if fraction(hash(fs.seed, saltFault, uint64(i), f.drawn)) >= f.ratio {
			continue
		}
		out.delay += f.delay
		if f.kind != faultLatency && out.kind == faultNone {
			out.kind, out.status = f.kind, f.status
		}
	}
	return out
}

// SetFault puts one more fault into force; the package comment has the grammar.
func (t *Tenant) SetFault(spec string) error {
	f, err := parseFault(spec)
	if err == nil {
		err = t.faults.replace([]*fault{f}, true)
	}
	if err != nil {
		return fmt.Errorf("acme: %w", err)
	}
	return nil
}

// ClearFaults heals everything. Calls that hang already go on hanging.
func (t *Tenant) ClearFaults() { _ = t.faults.replace(nil, false) }
