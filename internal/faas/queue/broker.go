package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// The streams. A subject's last token is the call's id in a form that NATS takes.
const (
	callsStream     = "CALLS"     // call.<namespace>.<function>.<id>, until acknowledged
	callbacksStream = "CALLBACKS" // callback.<namespace>.<function>.<id>, until acknowledged
	deadStream      = "DEAD"      // dead.<namespace>.<function>.<id>, until somebody acts or they are old
	stateBucket     = "state"
)

// metaRoom is what a call's headers and path may add to its body in a message. The
// gateway takes 64 KiB of headers; JSON makes each byte six at worst.
const metaRoom = 512 << 10

// dedupe is how long a message's id is remembered.
const dedupe = 2 * time.Minute

// broker is a NATS server inside this process, without any port, and the streams that
// it keeps in files.
//
//	openBroker: lock ─► server ─► connection ─► streams        close: in reverse
type broker struct {
	lock      *os.File
	server    *server.Server
	conn      *nats.Conn
	js        jetstream.JetStream
	calls     jetstream.Stream
	callbacks jetstream.Stream
	dead      jetstream.Stream
	state     jetstream.KeyValue
}

// openBroker starts the server over dir and recovers what is in it.
func openBroker(ctx context.Context, o Options) (*broker, error) {
	b := &broker{}
	opened := false
	defer func() {
		if !opened {
			b.close()
		}
	}()
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the queue: %w", err)
	}
	var err error
	if b.lock, err = lockDir(ctx, o.Dir); err != nil {
		return nil, fmt.Errorf("open the queue: %w", err)
	}
	if b.server, err = server.NewServer(serverOptions(o)); err != nil {
		return nil, fmt.Errorf("open the queue: %w", err)
	}
	b.server.SetLoggerV2(&natsLog{o.Log}, false, false, false)
	b.server.Start()
	if !b.server.ReadyForConnections(time.Minute) {
		return nil, errors.New("open the queue: the server did not get ready within a minute")
	}
	if !b.server.JetStreamEnabled() {
		return nil, fmt.Errorf("open the queue: the files in %s cannot be used; see the log", o.Dir)
	}
	b.conn, err = nats.Connect("", nats.InProcessServer(b.server), nats.MaxReconnects(-1), nats.Name("gateway"))
	if err != nil {
		return nil, fmt.Errorf("open the queue: %w", err)
	}
	if b.js, err = jetstream.New(b.conn); err != nil {
		return nil, fmt.Errorf("open the queue: %w", err)
	}
	if err := b.makeStreams(ctx, o); err != nil {
		return nil, fmt.Errorf("open the queue: %w", err)
	}
	opened = true
	return b, nil
}

func serverOptions(o Options) *server.Options {
	return &server.Options{
		ServerName: "labbox-queue", DontListen: true, NoSigs: true, DisableJetStreamBanner: true,
		JetStream: true, StoreDir: o.Dir, SyncAlways: true,
		JetStreamMaxMemory: 1 << 20, // all streams are files
		JetStreamMaxStore:  o.MaxBytes + o.MaxBytes/2 + stateBytes,
		MaxPayload:         int32(o.MaxBody + metaRoom), //nolint:gosec // bounded by withDefaults
	}
}

const stateBytes = 16 << 20

func (b *broker) makeStreams(ctx context.Context, o Options) error {
	configs := []struct {
		stream *jetstream.Stream
		config jetstream.StreamConfig
	}{
		{&b.calls, jetstream.StreamConfig{
			Name: callsStream, Subjects: []string{"call.>"}, Retention: jetstream.WorkQueuePolicy,
			Discard: jetstream.DiscardNew, MaxMsgs: o.MaxCalls, MaxBytes: o.MaxBytes,
		}},
		{&b.callbacks, jetstream.StreamConfig{
			Name: callbacksStream, Subjects: []string{"callback.>"}, Retention: jetstream.WorkQueuePolicy,
			Discard: jetstream.DiscardOld, MaxBytes: o.MaxBytes / 4,
		}},
		{&b.dead, jetstream.StreamConfig{
			Name: deadStream, Subjects: []string{"dead.>"}, Retention: jetstream.LimitsPolicy,
			Discard: jetstream.DiscardOld, MaxBytes: o.MaxBytes / 4, MaxAge: o.DeadLetterAge,
		}},
	}
	for _, c := range configs {
		c.config.Storage, c.config.Duplicates = jetstream.FileStorage, dedupe
		if c.config.MaxAge > 0 && c.config.MaxAge < dedupe {
			c.config.Duplicates = c.config.MaxAge
		}
		stream, err := b.js.CreateOrUpdateStream(ctx, c.config)
		if err != nil {
			return fmt.Errorf("stream %s: %w", c.config.Name, err)
		}
		*c.stream = stream
	}
	state, err := b.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: stateBucket, History: 1, MaxBytes: stateBytes, LimitMarkerTTL: time.Hour, Storage: jetstream.FileStorage})
	if err != nil {
		return fmt.Errorf("bucket %s: %w", stateBucket, err)
	}
	b.state = state
	return nil
}

// close ends what openBroker began, however far it came.
func (b *broker) close() {
	if b.conn != nil {
		_ = b.conn.FlushTimeout(5 * time.Second) // acknowledgements on their way
		b.conn.Close()
	}
	if b.server != nil {
		b.server.Shutdown()
		b.server.WaitForShutdown()
	}
	if b.lock != nil {
		_ = b.lock.Close()
	}
}

// lockDir makes sure that no two processes use dir. The lock ends with the process,
// also with one that is killed; one that is just ending is waited for.
func lockDir(ctx context.Context, dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) //nolint:gosec // a descriptor fits
		if err == nil {
			return f, nil
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			_ = f.Close()
			return nil, fmt.Errorf("%s is used by another process: %w", dir, err)
		}
	}
}

// natsLog passes on what is worth a maker's attention.
type natsLog struct{ log *slog.Logger }

// Noticef implements server.Logger; it says nothing.
func (*natsLog) Noticef(string, ...any) {}

// Warnf implements server.Logger.
func (l *natsLog) Warnf(format string, v ...any) { l.log.Warn("queue: " + fmt.Sprintf(format, v...)) }

// Fatalf implements server.Logger. The server goes on; openBroker looks itself.
func (l *natsLog) Fatalf(format string, v ...any) { l.log.Error("queue: " + fmt.Sprintf(format, v...)) }

// Errorf implements server.Logger.
func (l *natsLog) Errorf(format string, v ...any) { l.log.Error("queue: " + fmt.Sprintf(format, v...)) }

// Debugf implements server.Logger; it says nothing.
func (*natsLog) Debugf(string, ...any) {}

// Tracef implements server.Logger; it says nothing.
func (*natsLog) Tracef(string, ...any) {}
