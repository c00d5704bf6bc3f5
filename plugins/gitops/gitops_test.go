package gitops

import (
	"testing"

	"github.com/labbox/labbox/plugins/sdk/sdktest"
)

func TestMain(m *testing.M) { sdktest.Main(m, New()) }

func TestContract(t *testing.T) { sdktest.Contract(t, New()) }

func TestContractWire(t *testing.T) { sdktest.ContractWire(t) }
