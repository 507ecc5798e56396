package fetch

import "sync"

// budget bounds extra calls to a share of the calls made: each call earns a part of one, each extra call spends a whole
// one. What is not spent is kept, but only so much of it that a quiet day does not pay for a storm.
type budget struct {
	share, most float64

	mu    sync.Mutex
	saved float64
}

// Extra calls, as shares of the calls made.
const (
	retryShare = 0.10 // of all sources together
	hedgeShare = 0.05 // of each source
)

func newRetryBudget() *budget { return &budget{share: retryShare, most: 10, saved: 1} }
func newHedgeBudget() *budget { return &budget{share: hedgeShare, most: 5, saved: 1} }

// earn counts one call.
func (b *budget) earn() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.saved = min(b.saved+b.share, b.most)
}

// spend takes an extra call out of the budget, when there is one in it.
func (b *budget) spend() bool {
	const whole = 1 - 1e-9 // twenty times a twentieth is a little less than one
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.saved < whole {
		return false
	}
	b.saved = max(0, b.saved-1)
	return true
}

// refund puts back what was spent on a call that was then not made.
func (b *budget) refund() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.saved = min(b.saved+1, b.most)
}
