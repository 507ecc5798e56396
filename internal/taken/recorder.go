package taken

import "time"

// LedgerRecorder is told how the ledgers of a fleet follow each other (docs/metrics.md). internal/metrics implements it; nil
// is silent. Its method must not block.
type Recorder interface {
	// TombstonePropagation tells how long it took until this replica hid a slot that was taken at another.
	TombstonePropagation(d time.Duration)
}

type silent struct{}

func (silent) TombstonePropagation(time.Duration) {}

// The operations on Redis, as they are counted.
const (
	operationPoll     = "poll"   // of what changed
	operationLedger   = "ledger" // a change
	operationMembers  = "members"
	operationUse      = "use"
	operationSwitches = "switches"
)
