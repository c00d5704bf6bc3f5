// Command bootstrap is a function on AWS's own Go client, as its users write them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type event struct {
	Do   string `json:"do"`
	Name string `json:"name"`
}

type answer struct {
	Greeting  string `json:"greeting"`
	RequestID string `json:"requestId"`
	ARN       string `json:"arn"`
	Word      string `json:"word"`
	HasTime   bool   `json:"hasTime"`
}

func handle(ctx context.Context, e event) (any, error) {
	fmt.Println("handling", e.Do)
	switch e.Do {
	case "error":
		return nil, errors.New("it failed")
	case "panic":
		panic("oh no")
	case "stream":
		r, w := io.Pipe()
		go func() {
			for i := range 3 {
				_, _ = fmt.Fprintf(w, "part %d\n", i)
				time.Sleep(50 * time.Millisecond)
			}
			_ = w.CloseWithError(nil)
		}()
		return r, nil
	case "broken":
		return io.MultiReader(strings.NewReader("part 0\n"), broken{}), nil
	case "exit":
		os.Exit(3)
	case "sleep":
		<-ctx.Done() // the deadline came from the Runtime API
		time.Sleep(time.Minute)
	}
	c, _ := lambdacontext.FromContext(ctx)
	deadline, ok := ctx.Deadline()
	return &answer{
		Greeting: "hello " + e.Name, RequestID: c.AwsRequestID, ARN: c.InvokedFunctionArn,
		Word: os.Getenv("WORD"), HasTime: ok && time.Until(deadline) > 0,
	}, nil
}

// broken is a stream that fails.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("it broke") }

func main() { lambda.Start(handle) }
