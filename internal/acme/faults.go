package acme

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
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
	faultConflict
	faultHide
	faultLag
	faultMinusZero
	faultForget
)

var faultKinds = map[string]faultKind{
	"latency": faultLatency, "status": faultStatus, "hang": faultHang, "drop-before": faultDropBefore,
	"drop-after": faultDropAfter, "truncate": faultTruncate, "not-json": faultNotJSON, "conflict": faultConflict,
	"hide": faultHide, "lag": faultLag, "minus-zero": faultMinusZero, "forget": faultForget,
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
	switch f.kind = faultKinds[word]; f.kind {
	case faultNone:
		return fmt.Errorf("%q is no kind of fault", word)
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
