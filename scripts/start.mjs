console.log('The example examples/standard-phases is not there yet.');
