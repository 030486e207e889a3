console.log('The first example is not written yet.')
