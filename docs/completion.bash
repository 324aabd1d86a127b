# Completion of spikebench for bash. Written by 'make docs' from the program's own tables
# ('spikebench help --completion bash'); do not edit.

# Words that may follow the command $1 to name a subcommand; '' is the program.
_spikebench_subcommands() {
    case $1 in
    '') echo ' run check list help summarise best compare table plot train eval trace dataset' ;;
    'dataset') echo ' fetch info show write' ;;
    esac
}

# Options of the command $1.
_spikebench_options() {
    case $1 in
    '') echo '-V --version -h --help' ;;
    'run') echo '--set --seeds --out -j --jobs --fresh --allow-missing --dry-run -h --help' ;;
    'check') echo '--set --seeds -h --help' ;;
    'list') echo '-h --help' ;;
    'help') echo '--markdown --man --completion -h --help' ;;
    'summarise') echo '-r --results -p --paired -m --markdown -h --help' ;;
    'best') echo '-r --results --by --per --min -h --help' ;;
    'compare') echo '-t --tolerances -h --help' ;;
    'table') echo '-r --results -f --format -h --help' ;;
    'plot') echo '-r --results -o --out -f --format -a --all -h --help' ;;
    'train') echo '--out --set --seed --precision -h --help' ;;
    'eval') echo '--weights --split --set --csv -h --help' ;;
    'trace') echo '--weights --index --split --set --out --ascii --csv -h --help' ;;
    'dataset') echo '-h --help' ;;
    'dataset fetch') echo '--to --from --dry-run --list --sources -h --help' ;;
    'dataset info') echo '--set --seed -h --help' ;;
    'dataset show') echo '--index --split --seed --set --out --ascii -h --help' ;;
    'dataset write') echo '--out --set --seed -h --help' ;;
    esac
}

# What completes argument or option value $1, 'COMMAND --option' or 'COMMAND NUMBER'; nothing is said of
# options without a value.
_spikebench_kind() {
    case $1 in
    'run 1') echo 'experiment' ;;
    'run --set') echo 'key' ;;
    'run --seeds') echo 'nothing' ;;
    'run --out') echo 'folder' ;;
    'run --jobs' | 'run -j') echo 'nothing' ;;
    'check 1') echo 'experiment' ;;
    'check --set') echo 'key' ;;
    'check --seeds') echo 'nothing' ;;
    'list 1') echo 'choice solvers datasets experiments' ;;
    'help 1') echo 'choice run check list help summarise best compare table plot train eval trace dataset experiment network results admm admm_joint admm_linearized admm_hybrid admm_anderson admm_resync bptt exact_spike_time forward_forward forward_mode gradient_probe lfp random_features digits nmnist event_camera mnist fashion_mnist kmnist shd ssc yin_yang mexican_hat' ;;
    'help 2') echo 'nothing' ;;
    'help --completion') echo 'choice bash' ;;
    'summarise 1') echo 'results' ;;
    'summarise --results' | 'summarise -r') echo 'folder' ;;
    'summarise --paired' | 'summarise -p') echo 'nothing' ;;
    'best 1') echo 'results' ;;
    'best --results' | 'best -r') echo 'folder' ;;
    'best --by') echo 'nothing' ;;
    'best --per') echo 'choice solver label' ;;
    'compare 1') echo 'folder' ;;
    'compare 2') echo 'folder' ;;
    'compare --tolerances' | 'compare -t') echo 'file' ;;
    'table 1') echo 'choice numbers depth list acceleration sensitivity conditioning provenance paired data_size' ;;
    'table 2') echo 'results' ;;
    'table --results' | 'table -r') echo 'folder' ;;
    'table --format' | 'table -f') echo 'choice text markdown latex' ;;
    'plot 1') echo 'results' ;;
    'plot --results' | 'plot -r') echo 'folder' ;;
    'plot --out' | 'plot -o') echo 'folder' ;;
    'plot --format' | 'plot -f') echo 'choice svg png pdf' ;;
    'train 1') echo 'trainable admm admm_joint admm_linearized admm_hybrid admm_anderson admm_resync bptt exact_spike_time forward_forward forward_mode gradient_probe lfp random_features' ;;
    'train 2') echo 'choice digits nmnist event_camera mnist fashion_mnist kmnist shd ssc yin_yang mexican_hat' ;;
    'train --out') echo 'weights' ;;
    'train --set') echo 'key' ;;
    'train --seed') echo 'nothing' ;;
    'train --precision') echo 'choice double float' ;;
    'eval --weights') echo 'weights' ;;
    'eval --split') echo 'choice train validation test' ;;
    'eval --set') echo 'data-key' ;;
    'eval --csv') echo 'file' ;;
    'trace --weights') echo 'weights' ;;
    'trace --index') echo 'nothing' ;;
    'trace --split') echo 'choice train validation test' ;;
    'trace --set') echo 'data-key' ;;
    'trace --out') echo 'file' ;;
    'trace --csv') echo 'file' ;;
    'dataset fetch 1') echo 'choice nmnist mnist fashion_mnist kmnist shd ssc' ;;
    'dataset fetch --to') echo 'folder' ;;
    'dataset fetch --from') echo 'nothing' ;;
    'dataset fetch --sources') echo 'file' ;;
    'dataset info 1') echo 'choice digits nmnist event_camera mnist fashion_mnist kmnist shd ssc yin_yang mexican_hat' ;;
    'dataset info --set') echo 'dataset-key' ;;
    'dataset info --seed') echo 'nothing' ;;
    'dataset show 1') echo 'choice digits nmnist event_camera mnist fashion_mnist kmnist shd ssc yin_yang mexican_hat' ;;
    'dataset show --index') echo 'nothing' ;;
    'dataset show --split') echo 'choice train validation test' ;;
    'dataset show --seed') echo 'nothing' ;;
    'dataset show --set') echo 'dataset-key' ;;
    'dataset show --out') echo 'file' ;;
    'dataset write 1') echo 'choice digits nmnist event_camera mnist fashion_mnist kmnist shd ssc yin_yang mexican_hat' ;;
    'dataset write --out') echo 'folder' ;;
    'dataset write --set') echo 'dataset-key' ;;
    'dataset write --seed') echo 'nothing' ;;
    esac
}

_spikebench_keys() {
    case $1 in
    all) echo 'precision= threads= eval_every= stop.max_iter= stop.patience= stop.target= stop.time_limit= dataset.T= dataset.n_train= dataset.n_validation= dataset.n_test= dataset.split_seed= dataset.path= dataset.encoding= dataset.max_rate= dataset.binning= dataset.window_ms= dataset.values= dataset.filter_ms= dataset.input_noise= dataset.images= dataset.side= dataset.sensor= dataset.threshold= dataset.density= dataset.refractory_us= dataset.noise_rate= dataset.amplitude= dataset.duration_s= dataset.units_per_bin= dataset.cells= dataset.cell_width= dataset.r_small= dataset.extent= network.hidden= network.leak= network.threshold= network.reset= network.readout= network.loss= network.start= network.start_rate= network.start_noise= solver.rho= solver.rho_out= solver.beta= solver.weights= solver.kappa= solver.cutoff= solver.tau= solver.tau_end= solver.tau_iterations= solver.box= solver.warmup= solver.layer_order= solver.time_order= solver.start_output= solver.restart_every= solver.relaxation= solver.penalties= solver.growth= solver.growth_limit= solver.flip_gain= solver.window= solver.multiplier= solver.output= solver.potentials= solver.inner= solver.exact_weights= solver.exact_readout= solver.exact_spikes= solver.exact_last_spikes= solver.base= solver.memory= solver.regularization= solver.win= solver.rho_hidden= solver.batch= solver.momentum= solver.precondition= solver.gain= solver.margin= solver.time_credit= solver.keep= solver.feed= solver.optimizer= solver.lr= solver.schedule= solver.lr_epochs= solver.surrogate= solver.slope= solver.detach_reset= solver.clip= solver.beta1= solver.beta2= solver.eps= solver.weight_decay= solver.span= solver.deadline= solver.start_sum= solver.start_spread= solver.sum_push= solver.loss= solver.threshold= solver.sharpness= solver.label_scale= solver.label_only= solver.input_rate= solver.skip_first= solver.estimator= solver.directions= solver.direction= solver.scope= solver.sigma= solver.repeats= solver.noise= solver.samples= solver.coordinates= solver.draws= solver.train_epochs= solver.reward= solver.carry= solver.epsilon= ' ;;
    shared) echo 'precision= threads= eval_every= stop.max_iter= stop.patience= stop.target= stop.time_limit= dataset.T= dataset.n_train= dataset.n_validation= dataset.n_test= dataset.split_seed= dataset.path= dataset.encoding= dataset.max_rate= dataset.binning= dataset.window_ms= dataset.values= dataset.filter_ms= dataset.input_noise= dataset.images= dataset.side= dataset.sensor= dataset.threshold= dataset.density= dataset.refractory_us= dataset.noise_rate= dataset.amplitude= dataset.duration_s= dataset.units_per_bin= dataset.cells= dataset.cell_width= dataset.r_small= dataset.extent= network.hidden= network.leak= network.threshold= network.reset= network.readout= network.loss= network.start= network.start_rate= network.start_noise= ' ;;
    data) echo 'dataset.T= dataset.n_train= dataset.n_validation= dataset.n_test= dataset.split_seed= dataset.path= dataset.encoding= dataset.max_rate= dataset.binning= dataset.window_ms= dataset.values= dataset.filter_ms= dataset.input_noise= dataset.images= dataset.side= dataset.sensor= dataset.threshold= dataset.density= dataset.refractory_us= dataset.noise_rate= dataset.amplitude= dataset.duration_s= dataset.units_per_bin= dataset.cells= dataset.cell_width= dataset.r_small= dataset.extent= ' ;;
    of:digits) echo 'T= n_train= n_validation= n_test= split_seed= path= encoding= max_rate= ' ;;
    of:nmnist) echo 'T= n_train= n_validation= n_test= split_seed= path= binning= window_ms= values= filter_ms= input_noise= ' ;;
    of:event_camera) echo 'T= n_train= n_validation= n_test= split_seed= path= images= side= sensor= threshold= density= refractory_us= noise_rate= amplitude= binning= window_ms= values= filter_ms= input_noise= ' ;;
    of:mnist) echo 'T= n_train= n_validation= n_test= split_seed= path= encoding= max_rate= side= ' ;;
    of:fashion_mnist) echo 'T= n_train= n_validation= n_test= split_seed= path= encoding= max_rate= side= ' ;;
    of:kmnist) echo 'T= n_train= n_validation= n_test= split_seed= path= encoding= max_rate= side= ' ;;
    of:shd) echo 'T= n_train= n_validation= n_test= split_seed= path= duration_s= units_per_bin= values= ' ;;
    of:ssc) echo 'T= n_train= n_validation= n_test= split_seed= path= duration_s= units_per_bin= values= ' ;;
    of:yin_yang) echo 'T= n_train= n_validation= n_test= split_seed= path= encoding= max_rate= cells= cell_width= r_small= ' ;;
    of:mexican_hat) echo 'T= n_train= n_validation= n_test= split_seed= path= encoding= max_rate= cells= cell_width= extent= ' ;;
    solver:admm) echo 'solver.rho= solver.rho_out= solver.beta= solver.weights= solver.kappa= solver.cutoff= solver.tau= solver.tau_end= solver.tau_iterations= solver.box= solver.warmup= solver.layer_order= solver.time_order= solver.start_output= solver.restart_every= solver.relaxation= solver.penalties= solver.growth= solver.growth_limit= solver.flip_gain= solver.window= solver.multiplier= solver.output= ' ;;
    solver:admm_joint) echo 'solver.rho= solver.rho_out= solver.beta= solver.weights= solver.kappa= solver.cutoff= solver.tau= solver.tau_end= solver.tau_iterations= solver.box= solver.potentials= solver.warmup= solver.layer_order= solver.start_output= solver.restart_every= solver.relaxation= solver.penalties= solver.growth= solver.growth_limit= solver.flip_gain= solver.window= solver.multiplier= ' ;;
    solver:admm_linearized) echo 'solver.rho= solver.rho_out= solver.beta= solver.inner= solver.box= solver.warmup= solver.layer_order= solver.time_order= solver.start_output= solver.restart_every= solver.relaxation= solver.penalties= solver.growth= solver.growth_limit= solver.flip_gain= solver.window= solver.multiplier= solver.output= ' ;;
    solver:admm_hybrid) echo 'solver.rho= solver.rho_out= solver.beta= solver.weights= solver.kappa= solver.cutoff= solver.tau= solver.tau_end= solver.tau_iterations= solver.box= solver.warmup= solver.layer_order= solver.time_order= solver.start_output= solver.restart_every= solver.relaxation= solver.penalties= solver.growth= solver.growth_limit= solver.flip_gain= solver.window= solver.multiplier= solver.output= solver.inner= solver.exact_weights= solver.exact_readout= solver.exact_spikes= solver.exact_last_spikes= ' ;;
    solver:admm_anderson) echo 'solver.base= solver.memory= solver.regularization= solver.rho= solver.rho_out= solver.beta= solver.weights= solver.kappa= solver.cutoff= solver.tau= solver.tau_end= solver.tau_iterations= solver.box= solver.warmup= solver.layer_order= solver.start_output= solver.restart_every= solver.relaxation= solver.penalties= solver.growth= solver.growth_limit= solver.flip_gain= solver.window= solver.multiplier= solver.output= solver.win= ' ;;
    solver:admm_resync) echo 'solver.rho= solver.win= solver.rho_hidden= solver.kappa= solver.tau= solver.tau_end= solver.tau_iterations= solver.batch= solver.momentum= solver.precondition= solver.gain= solver.margin= solver.time_credit= solver.multiplier= solver.keep= solver.feed= ' ;;
    solver:bptt) echo 'solver.optimizer= solver.lr= solver.schedule= solver.lr_epochs= solver.batch= solver.surrogate= solver.slope= solver.detach_reset= solver.clip= solver.momentum= solver.beta1= solver.beta2= solver.eps= solver.weight_decay= ' ;;
    solver:exact_spike_time) echo 'solver.span= solver.deadline= solver.tau= solver.start_sum= solver.start_spread= solver.sum_push= solver.optimizer= solver.lr= solver.schedule= solver.lr_epochs= solver.batch= solver.clip= solver.momentum= solver.beta1= solver.beta2= solver.eps= solver.weight_decay= ' ;;
    solver:forward_forward) echo 'solver.optimizer= solver.lr= solver.schedule= solver.lr_epochs= solver.batch= solver.clip= solver.momentum= solver.beta1= solver.beta2= solver.eps= solver.weight_decay= solver.loss= solver.threshold= solver.sharpness= solver.label_scale= solver.label_only= solver.input_rate= solver.skip_first= solver.surrogate= solver.slope= solver.detach_reset= ' ;;
    solver:forward_mode) echo 'solver.estimator= solver.directions= solver.direction= solver.scope= solver.sigma= solver.surrogate= solver.slope= solver.detach_reset= solver.optimizer= solver.lr= solver.schedule= solver.lr_epochs= solver.batch= solver.clip= solver.momentum= solver.beta1= solver.beta2= solver.eps= solver.weight_decay= ' ;;
    solver:gradient_probe) echo 'solver.estimator= solver.surrogate= solver.slope= solver.detach_reset= solver.directions= solver.direction= solver.growth= solver.repeats= solver.noise= solver.samples= solver.coordinates= solver.draws= solver.train_epochs= ' ;;
    solver:lfp) echo 'solver.optimizer= solver.lr= solver.schedule= solver.lr_epochs= solver.batch= solver.clip= solver.momentum= solver.beta1= solver.beta2= solver.eps= solver.weight_decay= solver.reward= solver.carry= solver.epsilon= ' ;;
    solver:random_features) echo 'solver.kappa= ' ;;
    esac
}

_spikebench_values() {
    case $1 in
    precision) echo 'double float ' ;;
    dataset.encoding) echo 'rate latency current population ' ;;
    dataset.binning) echo 'equal window ' ;;
    dataset.values) echo 'counts binary ' ;;
    dataset.images) echo 'digits mnist fashion_mnist kmnist ' ;;
    dataset.side) echo 'both test ' ;;
    network.reset) echo 'soft hard none ' ;;
    network.readout) echo 'last mean ' ;;
    network.loss) echo 'squared cross_entropy squared_hinge hinge ' ;;
    network.start) echo 'rate kaiming published ' ;;
    solver.weights) echo 'ridge pinv proximal trust ' ;;
    solver.box) echo 'clip exact none ' ;;
    solver.layer_order) echo 'sequential random backward ' ;;
    solver.time_order) echo 'sequential random ' ;;
    solver.start_output) echo 'simulated labels ' ;;
    solver.penalties) echo 'constant geometric balancing adaptive ' ;;
    solver.multiplier) echo 'none last all ' ;;
    solver.output) echo 'sequential joint ' ;;
    solver.potentials) echo 'pattern dynamic ' ;;
    solver.exact_weights) echo 'true false ' ;;
    solver.exact_readout) echo 'true false ' ;;
    solver.exact_spikes) echo 'true false ' ;;
    solver.exact_last_spikes) echo 'true false ' ;;
    solver.base) echo 'admm admm_joint admm_linearized admm_hybrid admm_resync ' ;;
    solver.precondition) echo 'gram none ' ;;
    solver.gain) echo 'first_order single_flip ' ;;
    solver.margin) echo 'true false ' ;;
    solver.time_credit) echo 'true false ' ;;
    solver.feed) echo 'simulated auxiliary ' ;;
    solver.optimizer) echo 'sgd adam adamw ' ;;
    solver.schedule) echo 'constant cosine ' ;;
    solver.surrogate) echo 'fast_sigmoid arctan triangular boxcar ' ;;
    solver.detach_reset) echo 'true false ' ;;
    solver.loss) echo 'softplus swish ' ;;
    solver.label_only) echo 'true false ' ;;
    solver.skip_first) echo 'true false ' ;;
    solver.estimator) echo 'jvp weight_perturbation stein surrogate lfp ' ;;
    solver.direction) echo 'gaussian rademacher ' ;;
    solver.scope) echo 'global layer ' ;;
    solver.reward) echo 'softmax error misclassified ' ;;
    solver.carry) echo 'signed magnitude ' ;;
    of:digits:encoding) echo 'rate latency ' ;;
    of:nmnist:binning) echo 'equal window ' ;;
    of:nmnist:values) echo 'counts binary ' ;;
    of:event_camera:images) echo 'digits mnist fashion_mnist kmnist ' ;;
    of:event_camera:side) echo 'both test ' ;;
    of:event_camera:binning) echo 'equal window ' ;;
    of:event_camera:values) echo 'counts binary ' ;;
    of:mnist:encoding) echo 'rate latency ' ;;
    of:mnist:side) echo 'both test ' ;;
    of:fashion_mnist:encoding) echo 'rate latency ' ;;
    of:fashion_mnist:side) echo 'both test ' ;;
    of:kmnist:encoding) echo 'rate latency ' ;;
    of:kmnist:side) echo 'both test ' ;;
    of:shd:values) echo 'counts binary ' ;;
    of:ssc:values) echo 'counts binary ' ;;
    of:yin_yang:encoding) echo 'latency rate current population ' ;;
    of:mexican_hat:encoding) echo 'latency rate current population ' ;;
    solver:admm:weights) echo 'ridge pinv proximal trust ' ;;
    solver:admm:box) echo 'clip exact none ' ;;
    solver:admm:layer_order) echo 'sequential random backward ' ;;
    solver:admm:time_order) echo 'sequential random ' ;;
    solver:admm:start_output) echo 'simulated labels ' ;;
    solver:admm:penalties) echo 'constant geometric balancing adaptive ' ;;
    solver:admm:multiplier) echo 'none last all ' ;;
    solver:admm:output) echo 'sequential joint ' ;;
    solver:admm_joint:weights) echo 'ridge pinv proximal trust ' ;;
    solver:admm_joint:box) echo 'clip exact none ' ;;
    solver:admm_joint:potentials) echo 'pattern dynamic ' ;;
    solver:admm_joint:layer_order) echo 'sequential random backward ' ;;
    solver:admm_joint:start_output) echo 'simulated labels ' ;;
    solver:admm_joint:penalties) echo 'constant geometric balancing adaptive ' ;;
    solver:admm_joint:multiplier) echo 'none last all ' ;;
    solver:admm_linearized:box) echo 'clip exact none ' ;;
    solver:admm_linearized:layer_order) echo 'sequential random backward ' ;;
    solver:admm_linearized:time_order) echo 'sequential random ' ;;
    solver:admm_linearized:start_output) echo 'simulated labels ' ;;
    solver:admm_linearized:penalties) echo 'constant geometric balancing adaptive ' ;;
    solver:admm_linearized:multiplier) echo 'none last all ' ;;
    solver:admm_linearized:output) echo 'sequential joint ' ;;
    solver:admm_hybrid:weights) echo 'ridge pinv proximal trust ' ;;
    solver:admm_hybrid:box) echo 'clip exact none ' ;;
    solver:admm_hybrid:layer_order) echo 'sequential random backward ' ;;
    solver:admm_hybrid:time_order) echo 'sequential random ' ;;
    solver:admm_hybrid:start_output) echo 'simulated labels ' ;;
    solver:admm_hybrid:penalties) echo 'constant geometric balancing adaptive ' ;;
    solver:admm_hybrid:multiplier) echo 'none last all ' ;;
    solver:admm_hybrid:output) echo 'sequential joint ' ;;
    solver:admm_hybrid:exact_weights) echo 'true false ' ;;
    solver:admm_hybrid:exact_readout) echo 'true false ' ;;
    solver:admm_hybrid:exact_spikes) echo 'true false ' ;;
    solver:admm_hybrid:exact_last_spikes) echo 'true false ' ;;
    solver:admm_anderson:base) echo 'admm admm_joint admm_linearized admm_hybrid admm_resync ' ;;
    solver:admm_anderson:weights) echo 'ridge pinv proximal trust ' ;;
    solver:admm_anderson:box) echo 'clip exact none ' ;;
    solver:admm_anderson:layer_order) echo 'sequential random backward ' ;;
    solver:admm_anderson:start_output) echo 'simulated labels ' ;;
    solver:admm_anderson:penalties) echo 'constant geometric balancing adaptive ' ;;
    solver:admm_anderson:multiplier) echo 'none last all ' ;;
    solver:admm_anderson:output) echo 'sequential joint ' ;;
    solver:admm_resync:precondition) echo 'gram none ' ;;
    solver:admm_resync:gain) echo 'first_order single_flip ' ;;
    solver:admm_resync:margin) echo 'true false ' ;;
    solver:admm_resync:time_credit) echo 'true false ' ;;
    solver:admm_resync:multiplier) echo 'true false ' ;;
    solver:admm_resync:feed) echo 'simulated auxiliary ' ;;
    solver:bptt:optimizer) echo 'sgd adam adamw ' ;;
    solver:bptt:schedule) echo 'constant cosine ' ;;
    solver:bptt:surrogate) echo 'fast_sigmoid arctan triangular boxcar ' ;;
    solver:bptt:detach_reset) echo 'true false ' ;;
    solver:exact_spike_time:optimizer) echo 'sgd adam adamw ' ;;
    solver:exact_spike_time:schedule) echo 'constant cosine ' ;;
    solver:forward_forward:optimizer) echo 'sgd adam adamw ' ;;
    solver:forward_forward:schedule) echo 'constant cosine ' ;;
    solver:forward_forward:loss) echo 'softplus swish ' ;;
    solver:forward_forward:label_only) echo 'true false ' ;;
    solver:forward_forward:skip_first) echo 'true false ' ;;
    solver:forward_forward:surrogate) echo 'fast_sigmoid arctan triangular boxcar ' ;;
    solver:forward_forward:detach_reset) echo 'true false ' ;;
    solver:forward_mode:estimator) echo 'jvp weight_perturbation stein ' ;;
    solver:forward_mode:direction) echo 'gaussian rademacher ' ;;
    solver:forward_mode:scope) echo 'global layer ' ;;
    solver:forward_mode:surrogate) echo 'fast_sigmoid arctan triangular boxcar ' ;;
    solver:forward_mode:detach_reset) echo 'true false ' ;;
    solver:forward_mode:optimizer) echo 'sgd adam adamw ' ;;
    solver:forward_mode:schedule) echo 'constant cosine ' ;;
    solver:gradient_probe:estimator) echo 'surrogate jvp weight_perturbation stein lfp ' ;;
    solver:gradient_probe:surrogate) echo 'fast_sigmoid arctan triangular boxcar ' ;;
    solver:gradient_probe:detach_reset) echo 'true false ' ;;
    solver:gradient_probe:direction) echo 'gaussian rademacher ' ;;
    solver:lfp:optimizer) echo 'sgd adam adamw ' ;;
    solver:lfp:schedule) echo 'constant cosine ' ;;
    solver:lfp:reward) echo 'softmax error misclassified ' ;;
    solver:lfp:carry) echo 'signed magnitude ' ;;
    esac
}

# Replies with those words that begin with the word to complete.
_spikebench_offer() {
    local word
    for word in "$@"; do
        [[ $word == "$cur"* ]] && COMPREPLY+=("$front$word")
    done
}

# Names of files, or with -d of folders; further arguments as for compgen.
_spikebench_files() {
    local name names
    mapfile -t names < <(compgen "$@" -- "$cur")
    for name in "${names[@]}"; do COMPREPLY+=("$front$name"); done
    [[ $front ]] || compopt -o filenames 2>/dev/null
}

# The experiments that come with the program, files and folders.
_spikebench_experiments() {
    local name names
    mapfile -t names < <("${words[0]}" list experiments 2>/dev/null)
    for name in "${names[@]}"; do _spikebench_offer "${name%% *}"; done
    _spikebench_files -f -X '!*.yaml'
    _spikebench_files -d
}

# Weight files and folders.
_spikebench_weights() {
    _spikebench_files -f -X '!*.net'
    _spikebench_files -d
}

# Experiments with results in the results folder, and folders.
_spikebench_results() {
    local i file folder=results
    for ((i = 1; i + 1 < ${#words[@]}; i++)); do
        case ${words[i]} in
        -r | --results) folder=${words[i + 1]} ;;
        --results=*) folder=${words[i]#*=} ;;
        esac
    done
    for file in "$folder"/*/runs.csv; do
        file=${file%/runs.csv}
        [[ -e $file/runs.csv ]] && _spikebench_offer "${file##*/}"
    done
    _spikebench_files -d
}

# KEY=VALUE: keys of the sections $@, or the values of a key; commas stand between values.
_spikebench_setting() {
    local key section
    [[ $1 == of:* && $cur == dataset.* ]] && front+=dataset. && cur=${cur#dataset.}
    key=${cur%%=*}
    if [[ $cur != *=* ]]; then
        for section in "$@"; do _spikebench_offer $(_spikebench_keys "$section"); done
        compopt -o nospace 2>/dev/null
        return
    fi
    front+=$key=
    [[ $COMP_WORDBREAKS == *=* ]] && front=
    cur=${cur#*=}
    [[ $cur == *,* ]] && front+=${cur%,*}, && cur=${cur##*,}
    if [[ ${key#dataset.} == path ]]; then
        _spikebench_files -f
        return
    fi
    [[ $1 == of:* ]] && key=$1:$key
    [[ $2 == solver:* && $key == solver.* ]] && key=$2:${key#solver.}
    _spikebench_offer $(_spikebench_values "$key")
}

_spikebench_complete() {
    case $1 in
    choice*) _spikebench_offer ${1#choice} ;;
    file) _spikebench_files -f ;;
    folder) _spikebench_files -d ;;
    experiment) _spikebench_experiments ;;
    results) _spikebench_results ;;
    trainable*)
        _spikebench_offer ${1#trainable}
        _spikebench_experiments
        ;;
    weights) _spikebench_weights ;;
    key)
        if [[ $path == train && $(_spikebench_keys "solver:$name") ]]; then
            _spikebench_setting shared "solver:$name"
        else
            _spikebench_setting all
        fi
        ;;
    data-key) _spikebench_setting data ;;
    dataset-key) _spikebench_setting "of:$name" ;;
    esac
}

_spikebench() {
    local words=() cur front= path= name= word glue= pending= count=0 i last
    COMPREPLY=()
    # Where bash splits words at '=', they are put together again. A word after '=' that is empty is a
    # new one.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ ${#words[@]} -gt 1 && ($word == = || ($glue && $word)) ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
        glue=
        [[ $word == = ]] && glue=1
    done
    last=$((${#words[@]} - 1))
    cur=${words[last]}
    # The command, how many arguments it has so far, and an option that waits for its value.
    for ((i = 1; i < last; i++)); do
        word=${words[i]}
        if [[ $pending ]]; then
            pending=
        elif [[ $word == -* ]]; then
            [[ $(_spikebench_kind "$path $word") ]] && pending=$word
        elif [[ $(_spikebench_subcommands "$path") ]]; then
            path+=${path:+ }$word
        else
            count=$((count + 1))
            [[ $count == 1 ]] && name=$word
        fi
    done
    if [[ $pending ]]; then
        _spikebench_complete "$(_spikebench_kind "$path $pending")"
    elif [[ $cur == --*=* ]]; then
        word=${cur%%=*}
        cur=${cur#*=}
        [[ $COMP_WORDBREAKS == *=* ]] || front=$word=
        _spikebench_complete "$(_spikebench_kind "$path $word")"
    elif [[ $cur == -* ]]; then
        _spikebench_offer $(_spikebench_options "$path")
    elif [[ $(_spikebench_subcommands "$path") ]]; then
        _spikebench_offer $(_spikebench_subcommands "$path")
    else
        _spikebench_complete "$(_spikebench_kind "$path $((count + 1))")"
    fi
    return 0
}
complete -F _spikebench spikebench
