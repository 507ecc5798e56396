package taken

import (
	"context"
	"crypto/rand"
	"errors"
	"strconv"
	"strings"
	"time"
	"timeslots/internal/redisclient"

	"github.com/redis/go-redis/v9"
)

// Uses remembers in Redis, for all replicas, which keys were used and how their uses ended. A key is a digest that means
// nothing to others: what it stands for never comes here.
//
// A use stands as "u:" and the name of who makes it while it is under way, and as its status afterwards. Both end with
// the life that [NewUses] was given, so that a use whose replica died counts as under way until then.
type Uses struct {
	redis *redisclient.Client
	life  time.Duration
}

// NewUses remembers uses for life.
func NewUses(redis *redisclient.Client, life time.Duration) *Uses {
	return &Uses{redis: redis, life: life}
}

// errNotAsked says that Redis was not asked, or did not answer.
var errNotAsked = errors.New("nobody can tell which keys were used: Redis was not asked, or did not answer")

// underWay begins what stands for a use that has not ended.
const underWay = "u:"

// useScript gives what stands for a key, and enters a use where nothing does.
var useScript = redis.NewScript(`
local before = redis.call('GET', KEYS[1])
if before then return before end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ''
`)

// Begin enters a use of a key. Where it was used before, used is true, and status how that ended: 0 while it is under
// way. The owner is to be given to End. The error says that nobody knows: then the use may or may not be entered.
func (u *Uses) Begin(ctx context.Context, key string) (owner string, used bool, status int, err error) {
	owner = rand.Text()
	if u.redis.Bypassed(u.name(key)) {
		return owner, false, 0, errNotAsked
	}
	var before string
	told := u.redis.RoundTrip(ctx, operationUse, u.name(key), func(ctx context.Context) (err error) {
		before, err = useScript.Run(ctx, u.redis.Commands(), []string{u.name(key)}, underWay+owner, u.life.Milliseconds()).Text()
		return err
	})
	if !told {
		return owner, false, 0, errNotAsked
	}
	if before == "" {
		return owner, false, 0, nil
	}
	if !strings.HasPrefix(before, underWay) {
		status, _ = strconv.Atoi(before) // what else stands there counts as under way
	}
	return "", true, status, nil
}

// forgetScript removes a use that is its owner's still.
var forgetScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`)

// End says how a use ended. Status 0: the key may be used again. Without Redis the use stays under way for those who
// remember it.
func (u *Uses) End(ctx context.Context, key, owner string, status int) {
	if u.redis.Bypassed(u.name(key)) {
		return
	}
	u.redis.RoundTrip(ctx, operationUse, u.name(key), func(ctx context.Context) error {
		if status == 0 {
			return forgetScript.Run(ctx, u.redis.Commands(), []string{u.name(key)}, underWay+owner).Err()
		}
		return u.redis.Commands().Set(ctx, u.name(key), strconv.Itoa(status), u.life).Err()
	})
}

func (u *Uses) name(key string) string { return u.redis.Namespace() + "use1:" + key }
