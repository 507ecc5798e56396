package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"time"

	"timeslots/internal/timeslot"
)

// retryJitter spreads second tries: what failed together does not come back together.
const retryJitter = 20 * time.Millisecond

// twice makes a call and, when the connection or upstream's server failed, one more on a new connection, out of a budget that
// all sources share. Both happen within one timeout and one place. Only reads come here.
func (g *guard) twice(ctx context.Context, op timeslot.Operation, read reader) (*timeslot.Fragment, error) {
	fragment, err := g.hedged(ctx, op, read)
	if !isPassing(err) || !g.mayRetry(ctx, op) {
		return fragment, err
	}
	again, second := g.call(ctx, op, read, true)
	if second != nil {
		return nil, err // the first says more: the second may have had little time
	}
	return again, nil
}

// isPassing reports whether a failure may be gone a moment later: a connection that broke, a 5xx. A timeout has used up
// the time, a certificate that does not hold will not hold then either, and the rest are answers.
func isPassing(err error) bool {
	e, ok := errors.AsType[*timeslot.Error](err)
	if !ok || e.Kind != timeslot.KindUpstream || e.Status != 0 && e.Status < 500 {
		return false
	}
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](err)
	return !untrusted && !invalid
}

func (g *guard) mayRetry(ctx context.Context, op timeslot.Operation) bool {
	if !g.breakers[op].closed() || !g.retries.spend() {
		return false
	}
	select {
	case <-ctx.Done():
	case <-time.After(rand.N(retryJitter)):
		if g.takeToken() {
			return true
		}
	}
	g.retries.refund()
	return false
}
