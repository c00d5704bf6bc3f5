package lambda

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/labbox/labbox/internal/faas/lambda/archive"
)

// source is where a request says that the code is; a ZipFile is in the upload.
type source struct {
	ImageURI string `json:"ImageUri"`
	S3Bucket string
	S3Key    string
}

type createRequest struct {
	settings
	FunctionName  string
	Code          source
	PackageType   string
	Architectures []string
	Publish       bool
	Tags          map[string]string
}

func (s *Server) createFunction(w http.ResponseWriter, r *http.Request) error {
	var in createRequest
	up, err := s.decodeUpload(w, r, &in)
	if err != nil {
		return err
	}
	defer up.close()
	t, err := parseName(in.FunctionName, "")
	if err != nil {
		return err
	}
	if in.Role == nil {
		return breach("role", "null", "Member must not be null")
	}
	if _, err := s.state.get(t.name); err == nil {
		return conflict("Function already exist: %s", t.name)
	}
	f, release, err := s.newFunction(t.name, &in, up)
	if err != nil {
		return err
	}
	defer release()
	if in.Publish {
		f.publish("")
	}
	if err := s.state.create(r.Context(), f); err != nil {
		return err
	}
	s.settleLater(r.Context(), f.Name)
	v := f.Latest
	if in.Publish {
		v = f.Published[0]
	}
	s.writeJSON(w, http.StatusCreated, v.Configuration)
	return nil
}

// newFunction builds the function that a request asks for, its code stored. release
// must be called once the function is registered, or will not be.
func (s *Server) newFunction(name string, in *createRequest, up *upload) (f *Function, release func(), err error) {
	v := &Version{Configuration: Configuration{
		FunctionName: name, FunctionArn: arn(name, ""), Version: latest, PackageType: packageZip,
		Timeout: 3, MemorySize: 128, TracingConfig: TracingConfig{"PassThrough"}, Architectures: []string{architecture},
		EphemeralStorage: EphemeralStorage{512}, SnapStart: SnapStart{"None", "Off"},
		LoggingConfig: LoggingConfig{"Text", "/aws/lambda/" + name},
	}}
	switch in.PackageType {
	case "", packageZip:
	case packageImage:
		v.PackageType = packageImage
	default:
		return nil, nil, breach("packageType", in.PackageType, "Member must satisfy enum value set: [Image, Zip]")
	}
	if err := checkArchitectures(in.Architectures); err != nil {
		return nil, nil, err
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, nil, err
	}
	if err := in.apply(v, s.config.Python); err != nil {
		return nil, nil, err
	}
	if release, err = s.takeCode(v, in.Code, up); err != nil {
		return nil, nil, err
	}
	f = &Function{
		Name: name, Object: ObjectName(name), Token: newToken(), Latest: v, Next: 1, Tags: in.Tags,
		Aliases: map[string]*Alias{}, Policies: map[string]*Policy{}, URLs: map[string]*URL{}, Events: map[string]*EventConfig{},
	}
	f.touch(v, s.now())
	v.State, v.StateReason, v.StateReasonCode = statePending, "The function is being created.", "Creating"
	v.LastUpdateStatus = updateSuccessful
	return f, release, nil
}

// touch gives a version a new revision, and with it a new Deployment.
func (f *Function) touch(v *Version, now time.Time) {
	v.RevisionID = uuid.NewString()
	v.LastModified = now.UTC().Format("2006-01-02T15:04:05.000-0700")
	v.Deployment = deploymentName(f.Object, v.Version, v.RevisionID)
}

// takeCode checks and stores the code that a request brings, and notes it in v.
func (s *Server) takeCode(v *Version, in source, up *upload) (release func(), err error) {
	if in.S3Bucket != "" || in.S3Key != "" {
		return nil, invalid("There is no S3 in this lab: send the code as ZipFile.")
	}
	if v.PackageType == packageImage {
		if in.ImageURI == "" || up.file != nil {
			return nil, invalid("Please provide ImageUri when updating or creating a function with packageType Image.")
		}
		if len(in.ImageURI) > 512 || strings.ContainsAny(in.ImageURI, " \t\r\n") {
			return nil, invalid("Source image %s is not valid. Provide a valid source image.", shorten(in.ImageURI))
		}
		sum := shortSum([]byte(in.ImageURI))
		v.ImageURI, v.CodeSha256, v.CodeSize = in.ImageURI, sum, 0
		return func() {}, nil
	}
	if in.ImageURI != "" {
		return nil, invalid("Please do not provide ImageUri when updating or creating a function with packageType Zip.")
	}
	if up.file == nil || up.size == 0 {
		return nil, invalid("Please provide a source for function code.")
	}
	if _, err := archive.Check(up.file, up.size, archive.Default()); err != nil {
		return nil, unzipFault(err)
	}
	v.CodeSum, v.CodeSize = up.sha256(), up.size
	v.CodeSha256 = base64.StdEncoding.EncodeToString(up.sum.Sum(nil))
	return s.code.put(up.file, v.CodeSum)
}

func unzipFault(err error) error {
	var bad *archive.Bad
	if errors.As(err, &bad) {
		return invalid("Could not unzip uploaded file. Please check your file, then try to upload again. (%s)", bad.Reason)
	}
	return err
}

func newToken() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

const (
	statePending = "Pending"
	stateActive  = "Active"
	stateFailed  = "Failed"

	updateSuccessful = "Successful"
	updateInProgress = "InProgress"
	updateFailed     = "Failed"
)

// errCodeGone: the volume is not the one that the code was put on.
var errCodeGone = errors.New("the function's code is not on the gateway's volume any more: upload it again")

// settleLater makes the cluster as the function's state says, in the background.
func (s *Server) settleLater(ctx context.Context, name string) {
	ctx = context.WithoutCancel(ctx)
	s.tasks.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		if err := s.settle(ctx, name); err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Status != http.StatusNotFound { // deleted meanwhile
				s.log.Error("a Lambda function could not be deployed", "function", name, "error", err)
			}
		}
	})
}

// settle deploys every version at zero replicas, says so in their states, and removes
// Deployments of states before. It may run twice.
func (s *Server) settle(ctx context.Context, name string) error {
	f, err := s.state.get(name)
	if err != nil {
		return err
	}
	faults := map[string]error{} // by Deployment
	for _, v := range f.versions() {
		faults[v.Deployment] = s.cluster.deploy(ctx, f, v)
		if v.CodeSum != "" && !s.code.has(v.CodeSum) {
			faults[v.Deployment] = errCodeGone
		}
	}
	next, err := s.state.change(ctx, name, func(f *Function) error {
		for _, v := range f.versions() {
			if fault, tried := faults[v.Deployment]; tried {
				v.settled(fault)
			}
		}
		return nil
	})
	if err != nil {
		for _, v := range f.versions() { // deleted while it was deployed
			_ = s.cluster.undeploy(ctx, v.Deployment)
		}
		return err
	}
	old, err := s.cluster.strays(ctx, next)
	for _, name := range old {
		err = errors.Join(err, s.cluster.undeploy(ctx, name))
	}
	for _, fault := range faults {
		err = errors.Join(err, fault)
	}
	s.collect()
	return err
}

// settled notes how a deployment ended.
func (v *Version) settled(fault error) {
	creating := v.State == statePending
	v.StateReason, v.StateReasonCode = "", ""
	v.LastUpdateStatusReason, v.LastUpdateStatusReasonCode = "", ""
	switch {
	case fault == nil:
		v.State, v.LastUpdateStatus = stateActive, updateSuccessful
	case creating, errors.Is(fault, errCodeGone):
		v.State, v.StateReason, v.StateReasonCode = stateFailed, fault.Error(), "InternalError"
	default:
		v.LastUpdateStatus, v.LastUpdateStatusReason, v.LastUpdateStatusReasonCode = updateFailed, fault.Error(), "InternalError"
	}
}
